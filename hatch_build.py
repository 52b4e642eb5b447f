"""Compiles `ingest/record_scanner.pyx` when roletrail is built or installed.

Where there is no C compiler, roletrail is installed without it: it then reads records one by one,
several times slower, and says so.
"""

import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "ingest/record_scanner.pyx"


class ScannerBuildHook(BuildHookInterface[Any]):
    """Adds the compiled scanner to a wheel, or to the source tree if that is installed as it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's
        """Compile the scanner beside its source."""
        from Cython.Build import cythonize
        from setuptools import Distribution
        from setuptools.errors import CompileError, LinkError, PlatformError

        # Cython says nothing of types.
        extensions = cythonize([SOURCE], build_dir="build/cython", quiet=True)  # type: ignore[no-untyped-call]
        distribution = Distribution({"name": "roletrail", "ext_modules": extensions})
        command = distribution.get_command_obj("build_ext")
        command.inplace = True
        command.build_temp = "build/cython"
        try:
            distribution.run_command("build_ext")
        except (CompileError, LinkError, PlatformError) as error:
            self.app.display_warning(f"roletrail is built without its compiled scanner: {error}")
            return
        compiled = Path(SOURCE).with_suffix(sysconfig.get_config_var("EXT_SUFFIX"))
        build_data["artifacts"].append(f"/{compiled}")
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

"""Dying at the Nth call that changes something outside of the process.

Those calls are the steps of a commit: data files and metadata that are written, the catalog's
switch to new metadata, files that are deleted, and messages that are received and deleted.
"""

import functools
import os
import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any

STEPS = (
    "pyarrow.parquet:write_table",
    "pyarrow.parquet:ParquetWriter.close",
    "pyiceberg.io.pyarrow:PyArrowFile.create",
    "pyiceberg.io.pyarrow:PyArrowFileIO.delete",
    "pyiceberg.catalog.sql:SqlCatalog.commit_table",
    "sqlalchemy.orm:Session.commit",
    "ingest.queues:Queue.receive",
    "ingest.queues:Queue.delete",
    "lake.garbage:_delete",
    "lake.publication:publish",
)


class Steps:
    """Counts the steps of this process, and ends it at one of them as kill -9 would.

    `die_at` counts from 1, two for each step: odd is before it, even after it; 0 is never.
    """

    def __init__(self, die_at: int) -> None:
        self.count = 0
        self._die_at = die_at

    def install(self) -> None:
        """Put the counter around every step."""
        for step in STEPS:
            module, _, path = step.partition(":")
            owner: Any = import_module(module)
            *parents, name = path.split(".")
            for parent in parents:
                owner = getattr(owner, parent)
            setattr(owner, name, self._around(getattr(owner, name)))

    def _around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def counted(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as they came
            self._pass()
            result = call(*arguments, **named)
            self._pass()
            return result

        return counted

    def _pass(self) -> None:
        self.count += 1
        if self.count == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)

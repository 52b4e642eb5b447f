"""Writes an estate: `python -m tests.estate FOLDER` writes the one of the sample logs."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from tests.estate import SAMPLE, EstateOptions, build_estate, write_estate


def main() -> None:
    """Write the sample, or with any size given an estate of that size, and say how much it is."""
    parser = argparse.ArgumentParser(prog="python -m tests.estate", description=__doc__)
    parser.add_argument("folder", type=Path)
    for name in ("seed", "days", "fleets", "people", "streaming-sessions", "events-per-session"):
        parser.add_argument(f"--{name}", type=int)
    given = vars(parser.parse_args())
    folder: Path = given.pop("folder")
    sizes = {name: size for name, size in given.items() if size is not None}
    options = replace(EstateOptions(), **sizes) if sizes else SAMPLE
    written = write_estate(build_estate(options), folder)
    sys.stdout.write(f"{written.events} events in {written.objects} objects under {folder}\n")


if __name__ == "__main__":
    main()

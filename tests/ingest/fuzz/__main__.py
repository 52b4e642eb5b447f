"""A run without end, guided by which lines of ingest an input reaches.

    python -m tests.ingest.fuzz TARGET [CORPUS_FOLDER] [libFuzzer's options]

For example `-max_total_time=600`. It needs atheris, which is no dependency of the tests: install it
beside the development packages in an environment of its own. It stops at the first input for which
something doesn't hold, writes it to a file `crash-…`, and runs it again when given the file.
"""

import importlib
import sys
from pathlib import Path
from random import Random
from typing import Any

CORPUS = Path("build/fuzz")
LONGEST = 60_000  # bytes of an input
TO_ATHERIS = 0.2  # share of changes that are left to the fuzzer's own ways
TO_SPLICE = 0.1


def main(arguments: list[str]) -> None:
    """Fuzz a target until something doesn't hold."""
    # Imported by name: the type checker has no atheris to look at.
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["ingest"]):
        from tests.ingest.fuzz import targets
    from tests.ingest.fuzz.mutations import mutated, spliced
    from tests.ingest.fuzz.seeds import seeds_of

    target = arguments[1] if len(arguments) > 1 else ""
    if target not in targets.TARGETS:
        sys.exit(f"error: name what to fuzz, one of: {', '.join(targets.TARGETS)}")
    seeds = seeds_of(target)
    rest = arguments[2:]
    if not any(not argument.startswith("-") for argument in rest):
        rest = [str(_corpus_of(target, seeds)), *rest]

    def changed(text: bytes, longest: int, seed: int) -> bytes:
        random = Random(seed)
        chance = random.random()
        if chance < TO_ATHERIS:
            return bytes(atheris.Mutate(text, longest))
        if chance < TO_ATHERIS + TO_SPLICE:
            return spliced(text, random.choice(seeds), random)[:longest]
        return mutated(text or random.choice(seeds), random)[:longest]

    options = [f"-max_len={LONGEST}", "-rss_limit_mb=1500", "-timeout=20"]
    atheris.Setup([arguments[0], *options, *rest], targets.TARGETS[target], custom_mutator=changed)
    atheris.Fuzz()


def _corpus_of(target: str, seeds: tuple[bytes, ...]) -> Path:
    """Return a folder of the inputs to start from, where the fuzzer keeps what it finds too."""
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    return folder


if __name__ == "__main__":
    main(sys.argv)

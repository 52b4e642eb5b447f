"""From the names that were seen to the patterns that a policy grants."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from analysis.policies.patterns import literal

EXACT_FROM = 3  # calls on a folder's only object, from which on the object itself is granted
MOST_FOLDERS = 10


def object_patterns(keys: Mapping[str, int], most: int = MOST_FOLDERS) -> list[str]:
    """Return patterns that take in all keys (each with its number of calls), `most` at most.

    A key gives its folder, `inbox/2026/*`; the only key of its folder, seen `EXACT_FROM` times,
    stays itself. Too many folders are cut to fewer levels, at last to `*`.
    """
    patterns = sorted(_folders(keys))
    deepest = max((key.count("/") for key in keys), default=0)
    for depth in range(deepest, -1, -1):
        if len(patterns) <= most:
            return patterns
        patterns = sorted({_cut(pattern, depth) for pattern in patterns})
    return patterns if len(patterns) <= most else ["*"]


def _folders(keys: Mapping[str, int]) -> Iterator[str]:
    for folder, members in groupby(sorted(keys, key=_folder), key=_folder):
        first, *others = members
        is_exact = not others and (not folder or keys[first] >= EXACT_FROM)
        if is_exact:
            yield literal(first)
        elif folder:
            yield literal(folder) + "*"
        else:
            yield from (literal(key) for key in (first, *others))


def _folder(key: str) -> str:
    return key[: key.rfind("/") + 1]


def _cut(pattern: str, depth: int) -> str:
    """Return the pattern with its first `depth` folders only."""
    parts = pattern.split("/")
    if len(parts) <= depth + 1 and depth:
        return pattern
    return "".join(f"{part}/" for part in parts[:depth]) + "*"

"""Fitting columns into a line: how wide each is, and where a cell's text is broken.

Text breaks at spaces and before an @; a longer piece breaks after punctuation, as in an ARN; what
is longer still breaks anywhere. Widths are in terminal cells, of which some characters take two.
"""

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, chop_cells

GAP = 2  # spaces between columns
ROOMY, TIGHT = 24, 8  # the longest piece that is kept whole, at best and at worst

_WORDS = re.compile(r"( *)(@?[^ @]+|@)")
_PARTS = re.compile(r"[^-_/:,;.=&?|]*[-_/:,;.=&?|]+|[^-_/:,;.=&?|]+")


def pieces(word: str, width: int) -> list[str]:
    """Return the word in as few pieces as it may be broken into, none wider than this."""
    if cell_len(word) <= width:
        return [word]
    return [
        piece
        for part in _PARTS.findall(word)
        for piece in (chop_cells(part, width) if cell_len(part) > width else [part])
    ]


def wrapped(text: str, width: int) -> list[str]:
    """Return the text as lines, none wider than this. A word that must be broken starts one."""
    lines = [""]
    for space, word in _WORDS.findall(text):
        if cell_len(lines[-1] + space + word) <= width:
            lines[-1] += space + word if lines[-1] else word
            continue
        lines.append("")
        for piece in pieces(word, width):
            if cell_len(lines[-1] + piece) > width:
                lines.append("")
            lines[-1] += piece
    return [line for line in lines if line] or [""]


def widths_in(
    total: int, columns: Sequence[Sequence[str]], whole: Iterable[int], least: Sequence[int]
) -> list[int]:
    """Return how wide each column of texts is, so that they fit into the total; [] if they can't.

    A column in `whole` is never broken, and one in `least` is no narrower than that unless it
    needs less. The others keep their longest pieces whole, and share what is left; the one that
    needs the least comes first.
    """
    unbroken = frozenset(whole)
    widest = [max(map(cell_len, column), default=0) for column in columns]
    available = total - GAP * (len(columns) - 1)
    if sum(widest) <= available:
        return widest
    narrowest: list[int] = []
    # From tight to roomy, until it doesn't fit any more: most often the first says so.
    for kept_whole in range(TIGHT, ROOMY + 1):
        tried = [
            widest[number]
            if number in unbroken
            else max(_widest_piece(column, kept_whole), min(least[number], widest[number]))
            for number, column in enumerate(columns)
        ]
        if sum(tried) > available:
            break
        narrowest = tried
    return _shared(available, narrowest, widest) if narrowest else []


def _widest_piece(column: Sequence[str], kept_whole: int) -> int:
    return max(
        (
            cell_len(piece)
            for text in column
            for _, word in _WORDS.findall(text)
            for piece in pieces(word, kept_whole)
        ),
        default=0,
    )


def _shared(available: int, narrowest: Sequence[int], widest: Sequence[int]) -> list[int]:
    widths = list(narrowest)
    spare = available - sum(narrowest)
    by_need = sorted(range(len(widths)), key=lambda number: widest[number] - narrowest[number])
    for served, number in enumerate(by_need):
        share = spare // (len(by_need) - served)
        given = min(share, widest[number] - narrowest[number])
        widths[number] += given
        spare -= given
    return widths

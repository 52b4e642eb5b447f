"""The column `extra` of many events at once, out of the few pieces that they share."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest.fields import ABSENT, CATEGORIES_WITHOUT_THEM, NULL_WHEN_EMPTY
from ingest.scanned_columns import IS_ABSENT, IS_NULL, Numbers, spread

Pieces = Sequence[str | None]


def _pieces_by_code() -> list[str | None]:
    """Return the piece for each code of `unexpected_emptiness`."""
    first, second = (f'"{name}"' for name in NULL_WHEN_EMPTY)
    return [
        None,
        f'"{ABSENT}":[{first}]',
        f'"{ABSENT}":[{second}]',
        f'"{ABSENT}":[{first},{second}]',
        None,
        f"{first}:null",
        f"{second}:null",
        f"{first}:null,{second}:null",
    ]


EMPTINESS = _pieces_by_code()


def unexpected_emptiness(
    categories: Sequence[str], numbers: Numbers, marks: Sequence[npt.NDArray[np.uint8]]
) -> Numbers:
    """Return, for each event, which of its two usual parts are empty in the unusual way.

    That is absent where CloudTrail writes null, or null where it leaves them out. `numbers` are
    places of the events' categories in `categories`, and `marks` say of each part what the scanner
    found. What is returned are places in `EMPTINESS`.
    """
    # One more, for events without a category: their number is -1.
    lacks_them = [category in CATEGORIES_WITHOUT_THEM for category in categories] + [False]
    is_left_out = np.array(lacks_them)[numbers]
    codes = is_left_out.astype(np.int32) * 4
    for bit, said in enumerate(marks):
        unusual = said == np.where(is_left_out, IS_NULL, IS_ABSENT)
        codes += unusual.astype(np.int32) << bit
    return codes


def extra_column(kinds: Sequence[tuple[Numbers, Pieces]]) -> pa.Array:
    """Return `extra` as a dictionary: for each event, its piece of each kind, joined."""
    pieces = [of_kind for _, of_kind in kinds]
    combined = np.zeros(len(kinds[0][0]), np.int64)
    for numbers, of_kind in kinds:
        combined = combined * len(of_kind) + numbers
    distinct, places = np.unique(combined, return_inverse=True)
    texts = [_text(int(combination), pieces) for combination in distinct]
    return spread(pa.array(texts, pa.string()), places.astype(np.int32))


def _text(combination: int, pieces: Sequence[Pieces]) -> str | None:
    chosen: list[str] = []
    for of_kind in reversed(pieces):
        combination, number = divmod(combination, len(of_kind))
        piece = of_kind[number]
        if piece is not None:
            chosen.append(piece)
    return f"{{{','.join(reversed(chosen))}}}" if chosen else None

"""Texts that repeat, as numbers: each distinct text is kept once."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers: TypeAlias = npt.NDArray[np.int32]

NOTHING = -1  # the number of what is absent


class Codes(dict[str | None, int]):
    """The numbers of distinct texts, in the order in which they came, and a column of them."""

    def __init__(self) -> None:
        super().__init__({None: NOTHING})
        self._chunks: list[Numbers] = []

    def __missing__(self, text: str) -> int:
        """Give a new text the next number."""
        number = self[text] = len(self) - 1
        return number

    def add(self, texts: Sequence[str | None]) -> Numbers:
        """Add texts to the column; return their numbers."""
        count = len(texts)
        if texts.count(texts[0]) == count:  # as those of one account and region mostly are
            numbers = np.full(count, self[texts[0]], np.int32)
        else:
            numbers = np.fromiter(map(self.__getitem__, texts), np.int32, count)
        self._chunks.append(numbers)
        return numbers

    def repeat(self, texts: Sequence[str], counts: Sequence[int]) -> None:
        """Add each text as many times as it is said."""
        self._chunks.append(np.repeat(np.array([self[text] for text in texts], np.int32), counts))

    def texts(self) -> list[str]:
        """Return the distinct texts by number."""
        return [text for text in self if text is not None]

    def column(self) -> pa.Array:
        """Return the column, as a dictionary."""
        numbers = np.concatenate(self._chunks)
        is_null = numbers == NOTHING
        return pa.DictionaryArray.from_arrays(
            pa.array(numbers, mask=is_null) if is_null.any() else pa.array(numbers),
            pa.array(self.texts(), pa.string()),
        )


def spread(values: pa.Array, numbers: Numbers) -> pa.Array:
    """Return the values of these numbers, text as a dictionary without nulls and repetitions."""
    if not pa.types.is_string(values.type):
        return values.take(pa.array(numbers))
    distinct = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        distinct.indices.take(pa.array(numbers)), distinct.dictionary
    )

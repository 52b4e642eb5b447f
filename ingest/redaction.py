"""Keeping session tokens out: CloudTrail logs them in clear, and whoever reads one can use it.

Whatever goes by the name of sessionToken loses its value, however deep it is nested, also in JSON
that stands as text inside JSON, and in text that isn't JSON. The rest stays as it was.
"""

import re
from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

REDACTED = "REDACTED"
# Escaped letters (\u0073) could spell the name too; escaped punctuation (\u0026) couldn't.
_SUSPICIOUS = re.compile(rb"(?i)session[_-]?token|\\u00[4-7]")
# What has neither needn't be looked at. They are as `LOWER` leaves them, which makes a lower-case
# letter of a capital and | of a backslash.
LOWER = np.uint8(0x20)
CLUES = {b"token": 2, b"|u00": 0}  # with the place of the letter to look for first
LONGEST_CLUE = max(map(len, CLUES))
_ESCAPED_LETTER = re.compile(rb"\\+u00([46][1-9a-f]|[57][0-9a])", re.IGNORECASE)
# In text that isn't JSON, a word of ordinary length after the name is a word. Text in text in text
# has many backslashes, and cut-off text the next name where a value should be. A value can be as
# long as the text, so the expression gives nothing back of it: it would remember every letter.
_IN_TEXT = re.compile(
    rb"(session[_-]?token[^A-Za-z0-9]{0,200}?)"
    rb"(?:(?!session[_-]?token)[A-Za-z0-9+/=_.%\\-]){16,}+",
    re.IGNORECASE,
)
_VALUE = msgspec.json.encode(REDACTED)
# As STS writes it. The value has nothing escaped, so it ends where it seems to end.
_AS_USUAL = re.compile(rb'("sessionToken":)"[A-Za-z0-9+/=]{16,}"')
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_STRING_OR_NAME = re.compile(rb"(?P<string>%s)(?P<colon>\s*:\s*)?" % _STRING, re.DOTALL)
_STRING_OR_BRACKET_OR_WORD = re.compile(rb'%s|[{}\[\]]|[^\s,:"{}\[\]]++' % _STRING, re.DOTALL)
LONGEST_JSON_IN_TEXT = 2**20  # bytes; each level of text in text takes memory for itself
BLOCK_BYTES = 2**20  # of a column, to look for clues at a time


def redacted(text: bytes) -> bytes:
    """Return JSON, or any other text, with the value of each session token replaced.

    It takes a few times as much memory as the text, whatever the text is like.
    """
    if not _is_suspicious(text):
        return text
    if not _is_suspicious(_replaced(_AS_USUAL, text, lambda _: b"")):
        return _replaced(_AS_USUAL, text, lambda match: match[1] + _VALUE)
    try:
        return _redacted_json(text)
    except (ValueError, RecursionError):
        return _redacted_text(text)


def redacted_column(texts: pa.Array) -> pa.Array:
    """Return a column of JSON or other text with the value of each session token replaced.

    A dictionary is given back without its old values, used or not: files would keep them.
    """
    if pa.types.is_dictionary(texts.type):
        distinct = texts.dictionary
        clean = redacted_column(distinct)
        return texts if clean is distinct else clean.take(texts.indices).dictionary_encode()
    rows = _rows_with_clues(texts)
    if not rows:
        return texts
    clean = [
        redacted(texts[row].as_buffer().to_pybytes()).decode() if texts[row].is_valid else None
        for row in rows
    ]
    is_suspicious = np.zeros(len(texts), np.bool_)
    is_suspicious[rows] = True
    return pc.replace_with_mask(texts, pa.array(is_suspicious), pa.array(clean, texts.type))


def _rows_with_clues(texts: pa.Array) -> list[int]:
    """Return the rows that may hold a token's name; others surely don't."""
    if texts.null_count == len(texts):
        return []
    _, offsets_buffer, content_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[texts.offset :][: len(texts) + 1]
    content = np.frombuffer(content_buffer, np.uint8)[offsets[0] : offsets[-1]]
    rows: set[int] = set()
    # The place of a letter takes eight times as much as the letter.
    for start in range(0, len(content), BLOCK_BYTES):
        block = content[start : start + BLOCK_BYTES + LONGEST_CLUE]
        places = np.concatenate([_places_of(clue, block) for clue in CLUES])
        if len(places):
            places += offsets[0] + start
            rows.update(np.unique(np.searchsorted(offsets, places, "right") - 1).tolist())
    return sorted(rows)


def _places_of(clue: bytes, content: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Return where the clue stands, in letters of either case; some of it may be something else."""
    rarest = CLUES[clue]
    places = np.flatnonzero(content | LOWER == clue[rarest]) - rarest
    places = places[(places >= 0) & (places <= len(content) - len(clue))]
    for number, letter in enumerate(clue):
        places = places[content[places + number] | LOWER == letter]
    return places


def _is_suspicious(text: bytes) -> bool:
    lower = text.lower()  # two plain searches are ten times faster than the expression
    return (b"token" in lower or b"\\u00" in lower) and bool(_SUSPICIOUS.search(text))


def _replaced(
    expression: re.Pattern[bytes], text: bytes, replacement: Callable[[re.Match[bytes]], bytes]
) -> bytes:
    """Return the text with each match replaced.

    The expression's own way holds all pieces of the text until it joins them, and a piece of a few
    letters takes many times as much.
    """
    clean = bytearray()
    done = 0
    for match in expression.finditer(text):
        clean += text[done : match.start()]
        clean += replacement(match)
        done = match.end()
    clean += text[done:]
    return bytes(clean)


def _redacted_json(text: bytes) -> bytes:
    """Return JSON, redacted. Raises ValueError if it isn't JSON, and RecursionError.

    Its values aren't decoded: they can take many times as much as the text.
    """
    msgspec.json.decode(text, type=msgspec.Raw)
    clean = bytearray()
    done = 0
    for match in _STRING_OR_NAME.finditer(text):
        if match.start() < done:  # inside a value that is replaced
            continue
        clean += text[done : match.start()]
        string, colon = _redacted_string(match["string"]), match["colon"] or b""
        done = match.end()
        if colon and _is_name_of_token(string):
            string = msgspec.json.encode(msgspec.json.decode(string))  # without escaped letters
            colon += _VALUE
            done = _end_of_value(text, done)
        clean += string + colon
    clean += text[done:]
    return bytes(clean)


def _redacted_string(string: bytes) -> bytes:
    """Return a string of JSON, which can be a name too, without the tokens in its text."""
    if not _is_suspicious(string):
        return string
    inner = msgspec.json.decode(string, type=str).encode()
    clean = redacted(inner) if len(inner) <= LONGEST_JSON_IN_TEXT else _redacted_text(inner)
    return string if clean == inner else msgspec.json.encode(clean.decode())


def _is_name_of_token(string: bytes) -> bool:
    name = msgspec.json.decode(string, type=str)
    return name.replace("_", "").replace("-", "").lower().endswith("sessiontoken")


def _end_of_value(text: bytes, start: int) -> int:
    """Return where the value ends that starts there."""
    depth = 0
    for part in _STRING_OR_BRACKET_OR_WORD.finditer(text, start):
        depth += (part[0] in b"{[") - (part[0] in b"}]")
        if not depth:
            return part.end()
    raise AssertionError


def _redacted_text(text: bytes) -> bytes:
    """Return text in which what follows a session token's name, up to a separator, is replaced."""
    spelt_out = _replaced(_ESCAPED_LETTER, text, lambda match: bytes([int(match[1], 16)]))
    return _replaced(_IN_TEXT, spelt_out, lambda match: match[1] + REDACTED.encode())

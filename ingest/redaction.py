"""Keeping session tokens out: CloudTrail logs them in clear, and whoever reads one can use it.

Whatever goes by the name of sessionToken loses its value, however deep it is nested, also in JSON
that stands as text inside JSON, and in text that isn't JSON. The rest stays as it was.
"""

import re

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
_CLUES = {b"token": 2, b"|u00": 0}  # with the place of the letter to look for first
_ESCAPED_LETTER = re.compile(rb"\\+u00([46][1-9a-f]|[57][0-9a])", re.IGNORECASE)
# In text that isn't JSON, a word of ordinary length after the name is a word. Text in text in text
# has many backslashes, and cut-off text the next name where a value should be.
_IN_TEXT = re.compile(
    rb"(session[_-]?token[^A-Za-z0-9]{0,200}?)"
    rb"(?:(?!session[_-]?token)[A-Za-z0-9+/=_.%\\-]){16,}",
    re.IGNORECASE,
)
_VALUE = msgspec.json.encode(REDACTED)
# As STS writes it. The value has nothing escaped, so it ends where it seems to end.
_AS_USUAL = re.compile(rb'("sessionToken":)"[A-Za-z0-9+/=]{16,}"')


def redacted(text: bytes) -> bytes:
    """Return JSON, or any other text, with the value of each session token replaced."""
    if not _is_suspicious(text):
        return text
    if not _is_suspicious(_AS_USUAL.sub(b"", text)):
        return _AS_USUAL.sub(rb"\1" + _VALUE, text)
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
    places = pa.array(rows, pa.int64())
    clean = [
        None if text is None else redacted(text.encode()).decode()
        for text in texts.take(places).to_pylist()
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
    places = np.concatenate([_places_of(clue, content) for clue in _CLUES])
    if not len(places):
        return []
    rows: list[int] = np.unique(np.searchsorted(offsets, places + offsets[0], "right") - 1).tolist()
    return rows


def _places_of(clue: bytes, content: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Return where the clue stands, in letters of either case; some of it may be something else."""
    rarest = _CLUES[clue]
    places = np.flatnonzero(content | LOWER == clue[rarest]) - rarest
    places = places[(places >= 0) & (places <= len(content) - len(clue))]
    for number, letter in enumerate(clue):
        places = places[content[places + number] | LOWER == letter]
    return places


def _is_suspicious(text: bytes) -> bool:
    lower = text.lower()  # two plain searches are ten times faster than the expression
    return (b"token" in lower or b"\\u00" in lower) and bool(_SUSPICIOUS.search(text))


def _redacted_json(text: bytes | msgspec.Raw) -> bytes:
    """Return one JSON value, redacted. Raises ValueError if it isn't JSON, and RecursionError."""
    raw = bytes(text).strip()
    match raw[:1]:
        case b"{":
            fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
            return b"{%s}" % b",".join(_field(name, value) for name, value in fields.items())
        case b"[":
            elements = msgspec.json.decode(raw, type=list[msgspec.Raw])
            return b"[%s]" % b",".join(_redacted_part(element) for element in elements)
        case b'"':
            inner = msgspec.json.decode(raw, type=str).encode()
            clean = redacted(inner)
            return raw if clean == inner else msgspec.json.encode(clean.decode())
        case _:
            msgspec.json.decode(raw)
            return raw


def _field(name: str, value: msgspec.Raw) -> bytes:
    is_token = name.replace("_", "").replace("-", "").lower().endswith("sessiontoken")
    # A name can hold text that holds a token.
    clean = redacted(name.encode()).decode()
    return b"%s:%s" % (msgspec.json.encode(clean), _VALUE if is_token else _redacted_part(value))


def _redacted_part(raw: msgspec.Raw) -> bytes:
    text = bytes(raw)
    return _redacted_json(text) if _is_suspicious(text) else text


def _redacted_text(text: bytes) -> bytes:
    """Return text in which what follows a session token's name, up to a separator, is replaced."""
    spelt_out = _ESCAPED_LETTER.sub(lambda match: bytes([int(match[1], 16)]), text)
    return _IN_TEXT.sub(rb"\1" + REDACTED.encode(), spelt_out)

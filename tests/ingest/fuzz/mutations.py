"""JSON and other text made odd, one change at a time and by a given random."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeAlias

Json: TypeAlias = Any
Place: TypeAlias = "tuple[dict[str, Json] | list[Json], str | int]"

TOKEN = "IQoJb3JpZ2luX2VjEXAMPLETOKENEXAMPLETOKENEXAMPLE"
# Values that have cost somebody something, as JSON text: Python's writer refuses some of them.
ODD_VALUES = (
    *("null", "true", "0", "-1", "1.0", "1e999", "-0.0", "[]", "{}", '""', '"True"', '"null"'),
    *("9" * 5000, "18446744073709551616", "0.1234567890123456789", "NaN", "Infinity"),
    *('"{}"', '"[1]"', rf'"{{\"sessionToken\":\"{TOKEN}\"}}"', f'"sessionToken={TOKEN}"'),
    *(r'"\ud800"', r'"\udc00\ud800"', r'"\u0000"', '"\U0001f389한국"', '"\x7f"', '"a:b:c"'),
    *(f'{{"sessionToken":"{TOKEN}"}}', '{"a":1,"a":2}', f'[{{"sessionToken":["{TOKEN}"]}}]'),
    *('"2026-09-14T08:12:33Z"', '"20260914T081233Z"', '"Sep 14, 2026 8:12:33 AM"', "1e15"),
    *('"0001-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59.9999999Z"', '"2026-02-30T00:00:00Z"'),
    *("[" * depth + "]" * depth for depth in (3, 90, 240, 480, 950, 990, 1100)),
    *('{"a":' * depth + "1" + "}" * depth for depth in (90, 480, 990)),
)
ODD_BYTES = (
    b"\xff",
    b"\xed\xa0\x80",
    b"\x00",
    b"\n",
    b'"',
    b"\\",
    b"{",
    b"]",
    b",",
    b"\xef\xbb\xbf",
)
NAMES = (
    *("eventID", "eventTime", "userIdentity", "requestParameters", "responseElements", "extra"),
    *("sessionToken", "SessionToken", "$record", "$absent", "$", "", "sessionContext", "resources"),
    *("type", "arn", "ARN", "accountId", "Records", "detail", "CloudTrailEvent", "eventCategory"),
)
MARKER = '"\u27e6odd\u27e7"'  # stands for text that is put in as it is


def mutated(text: bytes, random: Random) -> bytes:
    """Return the text with one to four changes to what it says or to its bytes."""
    for _ in range(random.randint(1, 4)):
        changed = random.choice(CHANGES)(text, random) if random.random() < MOSTLY else text
        text = random.choice(DAMAGES)(text, random) if changed == text else changed
    return text


def spliced(text: bytes, other: bytes, random: Random) -> bytes:
    """Return the beginning of one text and the end of the other."""
    return text[: random.randint(0, len(text))] + other[random.randint(0, len(other)) :]


def _in_json(change: Callable[[Json, Random], str | None]) -> Callable[[bytes, Random], bytes]:
    """Return the change as one of text; text that isn't JSON it leaves as it is."""

    def changed(text: bytes, random: Random) -> bytes:
        try:
            document = json.loads(text)
            odd = change(document, random)
            written = json.dumps(
                document, separators=(",", ":"), ensure_ascii=random.random() < 0.5
            )
        except (ValueError, RecursionError):
            return text
        if odd is not None:
            written = written.replace(json.dumps(json.loads(MARKER)), odd).replace(MARKER, odd)
        return written.encode("utf-8", "surrogatepass")

    return changed


@_in_json
def _key_dropped(document: Json, random: Random) -> None:
    if places := _places(document):
        container, key = random.choice(places)
        del container[key]  # type: ignore[arg-type]  # a key is one of its container


@_in_json
def _value_replaced(document: Json, random: Random) -> str | None:
    if not (places := _places(document)):
        return None
    container, key = random.choice(places)
    container[key] = json.loads(MARKER)  # type: ignore[index]  # as above
    return random.choice(ODD_VALUES)


@_in_json
def _value_moved(document: Json, random: Random) -> None:
    if places := _places(document):
        (container, key), (other, other_key) = random.choice(places), random.choice(places)
        container[key] = json.loads(json.dumps(other[other_key]))  # type: ignore[index]  # as above


@_in_json
def _value_made_text(document: Json, random: Random) -> None:
    if places := _places(document):
        container, key = random.choice(places)
        container[key] = json.dumps(container[key])  # type: ignore[index]  # as above


@_in_json
def _key_added(document: Json, random: Random) -> str | None:
    objects = [one for one, _ in _places([document]) if isinstance(one, dict)]
    if not objects:
        return None
    random.choice(objects)[random.choice(NAMES)] = json.loads(MARKER)
    return random.choice(ODD_VALUES)


@_in_json
def _key_renamed(document: Json, random: Random) -> None:
    named = [(one, key) for one, key in _places(document) if isinstance(one, dict)]
    if named:
        container, key = random.choice(named)
        container[random.choice(NAMES)] = container.pop(key)  # type: ignore[arg-type]  # as above


def _places(document: Json) -> Sequence[Place]:
    """Return each place in the document that has a value, with the container that it is in."""
    places: list[Place] = []
    waiting = [document]
    while waiting:
        container = waiting.pop()
        found: list[tuple[Any, Json]] = []
        if isinstance(container, dict):
            found = list(container.items())
        elif isinstance(container, list):
            found = list(enumerate(container))
        places += [(container, key) for key, _ in found]
        waiting += [value for _, value in found]
    return places


def _cut_short(text: bytes, random: Random) -> bytes:
    return text[: random.randint(0, len(text))]


def _byte_replaced(text: bytes, random: Random) -> bytes:
    place = random.randint(0, len(text))
    return text[:place] + random.choice(ODD_BYTES) + text[place + random.randint(0, 2) :]


def _bit_flipped(text: bytes, random: Random) -> bytes:
    if not text:
        return text
    place = random.randrange(len(text))
    return text[:place] + bytes([text[place] ^ 1 << random.randrange(8)]) + text[place + 1 :]


def _piece_repeated(text: bytes, random: Random) -> bytes:
    start = random.randint(0, len(text))
    end = random.randint(start, min(len(text), start + 200))
    return text[:end] + text[start:end] * random.choice((1, 2, 50)) + text[end:]


CHANGES = (_value_replaced, _key_dropped, _key_added, _value_moved, _value_made_text, _key_renamed)
DAMAGES = (_cut_short, _byte_replaced, _bit_flipped, _piece_repeated)
MOSTLY = 0.85

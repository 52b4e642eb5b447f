"""Records drawn at random: of the documented form, written in any way, and of nearly that form."""

import json
from datetime import UTC
from typing import TypeAlias

from hypothesis import strategies as st

from ingest.rebuild import written_time
from ingest.records import FIELDS_AND_FORMS, LONGEST_PART, MOST_RESOURCES, RESOURCE_PARTS
from tests.ingest.log_files import record, text
from tests.ingest.scanned import Row

Written: TypeAlias = tuple[object, str]  # what a text says, and the text


def plain(letter: str) -> str:
    """Return a letter as it stands in JSON, escaped only if it has to be."""
    return json.dumps(letter, ensure_ascii=False)[1:-1]


def escaped(letter: str) -> str:
    """Return a letter as one escape, or as a pair of them."""
    units = letter.encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def in_capitals(letter: str) -> str:
    """Return the same with capital digits."""
    return escaped(letter).upper().replace("U", "u")


letters = st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\/\b\f\n\r\t\0 é€🎉')
written_letters = st.tuples(letters, st.sampled_from([plain, escaped, in_capitals]))
texts = st.lists(written_letters, max_size=9).map(
    lambda chosen: (
        "".join(letter for letter, _ in chosen),
        f'"{"".join(way(letter) for letter, way in chosen)}"',
    )
)
without_escapes = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\'), max_size=9
)
short = st.text(max_size=9)
parts = st.builds(
    json.dumps,
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | short,
        lambda inner: st.lists(inner) | st.dictionaries(short, inner),
        max_leaves=4,
    ),
    ensure_ascii=st.booleans(),
    indent=st.sampled_from([None, 1]),
)
moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
resources = st.lists(st.dictionaries(st.sampled_from(RESOURCE_PARTS), without_escapes), max_size=3)
VALUES: dict[str, st.SearchStrategy[Written]] = {
    "text": texts,
    "code": texts,
    "flag": st.sampled_from([(True, "true"), (False, "false")]),
    "word": st.sampled_from([(True, '"true"'), (False, '"false"')]),
    "time": moments.map(lambda moment: (moment, f'"{written_time(moment)}"')),
    "part": parts.filter(lambda part: part[0] not in '"n').map(lambda part: (part, part)),
    "nullable part": parts.filter(lambda part: part[0] != '"').map(lambda part: (part, part)),
    "coded part": parts.map(lambda part: (part, part)),
    "list": resources.map(
        lambda found: (
            [tuple(one.get(name) for name in RESOURCE_PARTS) for one in found],
            json.dumps(found, ensure_ascii=False),
        )
    ),
}


@st.composite
def documented(draw: st.DrawFn) -> tuple[Row, bytes]:
    """Draw a record: what its fields say, and its text with the fields in any order."""
    needed = [name for name, _ in FIELDS_AND_FORMS[:2]]
    others = st.sets(st.sampled_from([name for name, _ in FIELDS_AND_FORMS[2:]]))
    row: Row = {}
    members = []
    for name in draw(st.permutations([*needed, *draw(others)])):
        values = VALUES[dict(FIELDS_AND_FORMS)[name]]
        if name == "eventID":
            values = values.filter(lambda value: bool(str(value[0]).strip()))
        row[name], written = draw(values)
        members.append(draw(st.sampled_from(['"{}":{}', ' "{}" :\n\t{}\r'])).format(name, written))
    return row, f"{{{','.join(members)}}}".encode()


# What isn't a record of the documented form, by a hair.
UNDOCUMENTED = (
    *(b"1", b"null", b'"eventID"', b"[]", b"{}"),
    text(record(eventID=" \u3000")),
    text(record(eventTime=None)),
    text(record(eventTime="2026-09-14T08:12:33.5Z")),
    text(record(newField=1)),
    text(record(userAgent=None)),
    text(record(userAgent=1)),
    text(record(readOnly="true")),
    text(record(sessionCredentialFromConsole=True)),
    text(record(sessionCredentialFromConsole="True")),
    text(record(requestParameters="text")),
    text(record(additionalEventData=None)),
    text(record(resources={})),
    text(record(resources=[1])),
    text(record(resources=[{"ARN": None}])),
    text(record(resources=[{"ARN": "a", "owner": "b"}])),
    text(record(resources=[{"ARN": 'a"b'}])),
    text(record(resources=[{}] * (MOST_RESOURCES + 1))),
    text(record(tlsDetails="x" * LONGEST_PART)),
    text(record()).replace(b"event-1", rb"\ud83d"),
    text(record()).replace(b"a.txt", rb"\udc00"),
    text(record()).replace(b'"eventID"', rb'"\u0065ventID"'),
    text(record()).replace(b'"readOnly":', b'"readOnly":true,"readOnly":'),
    text(record(resources=[{"ARN": "a"}])).replace(b'"ARN"', b'"ARN":"b","ARN"'),
)
# Each with what its fields say, or None if it isn't of the documented form.
records = st.lists(
    documented() | st.sampled_from([(None, raw) for raw in UNDOCUMENTED]), max_size=4
)

"""Records of the documented form, many at a time, from text to one batch of `events`."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.event_columns import TEXT, batch_of
from ingest.extra import EMPTINESS, extra_column, unexpected_emptiness
from ingest.fields import FREE_FORM, IDENTITY_FIELDS, NULL_WHEN_EMPTY, RESOURCES, TLS_FIELDS
from ingest.identities import issued_access_key_id, role_session_name
from ingest.read_once import PartReader, ReadOnce
from ingest.record_scanner import RecordScanner
from ingest.records import (
    COLUMN_OF,
    FIELDS_AND_FORMS,
    FIRST_RESOURCE_COLUMN,
    FORMS,
    LONGEST_PART,
    MOST_RESOURCES,
    RESOURCE_PARTS,
)
from ingest.redaction import CLUES, redacted_column
from ingest.scanned_columns import (
    code_column,
    flag_column,
    list_column,
    marks,
    numbers_of,
    text_column,
    time_column,
)

IDENTITIES = PartReader("userIdentity", IDENTITY_FIELDS, {"role_session_name": role_session_name})
TLS = PartReader("tlsDetails", TLS_FIELDS, {})
BUILDERS = {
    "text": text_column,
    "part": text_column,
    "nullable part": text_column,
    "code": code_column,
    "flag": flag_column,
    "word": flag_column,
    "time": time_column,
}


class ScannedEvents:
    """Records on their way to become one batch of `events`."""

    def __init__(self) -> None:
        self._scanner = RecordScanner(
            FIELDS_AND_FORMS,
            RESOURCE_PARTS,
            most_elements=MOST_RESOURCES,
            longest_coded=LONGEST_PART,
        )
        self._objects: dict[str, int] = {}
        self._runs: list[tuple[int, int]] = []

    def __len__(self) -> int:
        """Return how many records were taken."""
        return len(self._scanner)

    def add(
        self, source_object_id: str, first_index: int, window: bytes
    ) -> tuple[int, list[tuple[int, bytes]]] | None:
        """Take the records of a JSON list that are of the documented form.

        Returns how many it has, and those that are not of that form, each with its place in the
        object. Returns None, and takes nothing, if it can't be told what is in it.
        """
        before = len(self._scanner)
        found = self._scanner.scan(window, first_index)
        if taken := len(self._scanner) - before:
            place = self._objects.setdefault(source_object_id, len(self._objects))
            self._runs.append((place, taken))
        return found

    def first_record(self, window: bytes) -> bytes | None:
        """Return the first record of a JSON list, if there is one."""
        return self._scanner.first_record(window)

    def batch(self) -> pa.RecordBatch:
        """Return the rows of all records that were taken, and forget them."""
        scanner = self._scanner
        identities = ReadOnce(IDENTITIES, scanner, COLUMN_OF["user_identity"])
        tls = ReadOnce(TLS, scanner, COLUMN_OF["tls_details"])
        columns = {
            column: self._column(form, COLUMN_OF[column])
            for form, column in FORMS.values()
            if form in BUILDERS
        }
        columns |= identities.columns() | tls.columns()
        columns |= {
            RESOURCES: self._resources(),
            "issued_access_key_id": _issued_keys(columns["response_elements"]),
            "extra": extra_column([identities.pieces(), tls.pieces(), self._emptiness()]),
            "source_object_id": self._source_objects(),
            "record_index": pa.array(np.frombuffer(scanner.indexes(), np.int64)),
        }
        batch = batch_of(columns, len(scanner))
        scanner.clear()
        self._objects, self._runs = {}, []
        return batch

    def _column(self, form: str, column: int) -> pa.Array:
        values = BUILDERS[form](self._scanner, column)
        if form == "code" or any(self._scanner.mentions(column, *clue) for clue in CLUES.items()):
            return redacted_column(values)
        return values

    def _resources(self) -> pa.Array:
        parts = [
            self._column("text", FIRST_RESOURCE_COLUMN + place)
            for place in range(len(RESOURCE_PARTS))
        ]
        return list_column(self._scanner, COLUMN_OF[RESOURCES], parts)

    def _emptiness(self) -> tuple[np.ndarray, list[str | None]]:
        scanner = self._scanner
        category = COLUMN_OF["event_category"]
        said = [marks(scanner, COLUMN_OF[FREE_FORM[name]]) for name in NULL_WHEN_EMPTY]
        categories = [text.decode() for text in scanner.codes_of(category)]
        return unexpected_emptiness(categories, numbers_of(scanner, category), said), EMPTINESS

    def _source_objects(self) -> pa.Array:
        places, counts = zip(*self._runs, strict=True)
        numbers = np.repeat(np.array(places, np.int32), counts)
        return pa.DictionaryArray.from_arrays(pa.array(numbers), pa.array(self._objects, TEXT))


def _issued_keys(answers: pa.Array) -> pa.Array:
    """Return the access keys that calls handed out with temporary credentials."""
    keys = pa.nulls(len(answers), TEXT)
    is_issue = pc.fill_null(pc.match_substring(answers, 'redentials"'), fill_value=False)
    if not is_issue.true_count:
        return keys
    issued = [issued_access_key_id(answer) for answer in answers.filter(is_issue).to_pylist()]
    return pc.replace_with_mask(keys, is_issue, pa.array(issued, TEXT))

"""Raw records become rows of `events`, many at a time and column by column.

Records of the documented form are decoded into structs and their columns built at once. A record
that doesn't fit is read tolerantly, alone, and joins the others as a row.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.column_building import (
    Mask,
    PartColumn,
    part_column,
    plain_column,
    resources_column,
    time_column,
    word_column,
)
from ingest.event_columns import batch_of, batch_of_rows
from ingest.extra import EMPTINESS, extra_column, unexpected_emptiness
from ingest.fields import (
    FREE_FORM,
    IDENTITY_FIELDS,
    NULL_WHEN_EMPTY,
    TLS_FIELDS,
    TOP_FLAGS,
    TOP_TEXTS,
    TOP_WORDS,
)
from ingest.identities import issued_access_key_id, role_session_name
from ingest.memo import Memo
from ingest.origin import Rejection
from ingest.pending import PendingRecords
from ingest.records import LOG_FILE, RECORD, Record
from ingest.redaction import redacted, redacted_column
from ingest.tolerant import Fault, Row, event_of

MOST_DISTINCT = 20_000  # distinct identities to remember; about 40 MB
NAMES = Record.__struct_fields__
TEXTS = tuple(column for name, column in TOP_TEXTS.items() if name != "eventID")


class EventDecoder:
    """Collects raw records and turns them into batches of `events`."""

    def __init__(self) -> None:
        self._identities = Memo(
            "userIdentity", IDENTITY_FIELDS, {"role_session_name": role_session_name}
        )
        self._tls = Memo("tlsDetails", TLS_FIELDS, {})
        self._pending = PendingRecords()
        self._rows: list[Row] = []
        self._rejected: list[tuple[str, Rejection]] = []

    def __len__(self) -> int:
        """Return how many records wait."""
        return len(self._pending.records) + len(self._rows)

    def add_log_file(self, source_object_id: str, text: bytes) -> list[Record] | None:
        """Take a whole log file, or nothing if not every record in it has the documented form.

        Returns the records. Splitting a log file first and then decoding takes half as long again.
        """
        try:
            records = LOG_FILE.decode(text).records
        except (ValueError, RecursionError):
            return None
        self._pending.add(source_object_id, 0, records, text)
        return records

    def add(self, source_object_id: str, first_index: int, raws: Sequence[msgspec.Raw]) -> None:
        """Take records of one object; `first_index` is the place of the first of them in it."""
        try:
            records = list(map(RECORD.decode, raws))
        except (ValueError, RecursionError):
            for place, raw in enumerate(raws, first_index):
                self._add_one(source_object_id, place, raw)
        else:
            self._pending.add(source_object_id, first_index, records, raws)

    def _add_one(self, source_object_id: str, place: int, raw: msgspec.Raw) -> None:
        try:
            record = RECORD.decode(raw)
        except (ValueError, RecursionError):
            self._add_unusual(source_object_id, place, bytes(raw))
        else:
            self._pending.add(source_object_id, place, [record], [raw])

    def _add_unusual(self, source_object_id: str, place: int, raw: bytes) -> None:
        """Take one record, or what should have been one, of whatever form."""
        event = event_of(raw)
        if isinstance(event, Fault):
            text = redacted(raw).decode("utf-8", "replace")
            rejection = Rejection(place, event.field, event.reason, text)
            self._rejected.append((source_object_id, rejection))
        else:
            event |= {"source_object_id": source_object_id, "record_index": place}
            self._rows.append(event)

    def rejected(self) -> list[tuple[str, Rejection]]:
        """Return the rejections since the last call, each with its object's id."""
        rejected, self._rejected = self._rejected, []
        return rejected

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all records taken so far as rows of `events`; none is kept here."""
        pending, self._pending = self._pending, PendingRecords()
        if pending.records:
            batch, is_unusual = self._batch_of(pending)
            for number in np.flatnonzero(is_unusual):
                self._add_unusual(*pending.origin_of(int(number)))
            yield batch.filter(pa.array(~is_unusual)) if is_unusual.any() else batch
        rows, self._rows = self._rows, []
        if rows:
            yield batch_of_rows(rows)
        if max(len(self._identities), len(self._tls)) > MOST_DISTINCT:
            self._identities.forget()
            self._tls.forget()

    def _batch_of(self, pending: PendingRecords) -> tuple[pa.RecordBatch, Mask]:
        """Return a row for each record, and which rows have to be read tolerantly instead."""
        values = dict(
            zip(
                NAMES, zip(*map(msgspec.structs.astuple, pending.records), strict=True), strict=True
            )
        )
        event_times, is_exact = time_column(values["event_time"])
        parts = {column: part_column(values[column]) for column in FREE_FORM.values()}
        identities = self._identities.numbers_of(values["user_identity"])
        tls = self._tls.numbers_of(values["tls_details"])
        usual = [parts[FREE_FORM[name]] for name in NULL_WHEN_EMPTY]
        empty = unexpected_emptiness(values["event_category"], usual)
        columns = {
            "event_id": pa.array(values["event_id"], pa.string()),
            "event_time": event_times,
            "record_index": pending.places(),
            "source_object_id": pending.object_ids(),
            "resources": resources_column(values["resources"]),
            **{name: plain_column(values[name], pa.string()) for name in TEXTS},
            **{name: plain_column(values[name], pa.bool_()) for name in TOP_FLAGS.values()},
            **{name: word_column(values[name]) for name in TOP_WORDS.values()},
            **{name: redacted_column(part.texts) for name, part in parts.items()},
            **self._identities.columns_of(identities),
            **self._tls.columns_of(tls),
            "extra": extra_column(
                [
                    self._identities.pieces_of(identities),
                    self._tls.pieces_of(tls),
                    (empty, EMPTINESS),
                ]
            ),
        }
        columns["error_message"] = redacted_column(columns["error_message"])
        columns["issued_access_key_id"] = _issued_keys(columns["response_elements"])
        is_garbled = self._identities.garbled(identities) | self._tls.garbled(tls)
        is_unusual = ~is_exact | is_garbled | _is_unusual(values["event_id"], parts)
        return batch_of(columns, len(pending.records)), is_unusual


def _is_unusual(event_ids: Sequence[str], parts: dict[str, PartColumn]) -> Mask:
    """Say which records have a value that their columns can't carry as they stand."""
    is_unusual: Mask = np.array([not event_id.strip() for event_id in event_ids], np.bool_)
    for name, column in FREE_FORM.items():
        is_unusual |= parts[column].is_string | parts[column].is_garbled
        if name not in NULL_WHEN_EMPTY:
            is_unusual |= parts[column].is_null
    return is_unusual


def _issued_keys(answers: pa.Array) -> pa.Array:
    """Return the access keys that calls handed out with temporary credentials."""
    keys = pa.nulls(len(answers), pa.string())
    is_issue = pc.fill_null(pc.match_substring(answers, 'redentials"'), fill_value=False)
    if not is_issue.true_count:
        return keys
    issued = [issued_access_key_id(answer) for answer in answers.filter(is_issue).to_pylist()]
    return pc.replace_with_mask(keys, is_issue, pa.array(issued, pa.string()))

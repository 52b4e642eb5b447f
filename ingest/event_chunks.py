"""The columns of a batch of events, made of its records a chunk at a time.

What is made of a chunk stays in the processor's cache as long as chunks are small, and a batch is
large enough for its dictionaries and its messages to cost little.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.codes import Codes, Numbers
from ingest.column_building import (
    Mask,
    PartColumn,
    bounded,
    part_column,
    plain_column,
    resources_column,
    time_column,
    word_column,
)
from ingest.event_columns import REPETITIVE, batch_of
from ingest.extra import EMPTINESS, extra_column, unexpected_emptiness
from ingest.fields import (
    FREE_FORM,
    IDENTITY_FIELDS,
    NULL_WHEN_EMPTY,
    RESOURCES,
    TLS_FIELDS,
    TOP_FLAGS,
    TOP_TEXTS,
    TOP_WORDS,
)
from ingest.identities import issued_access_key_id, role_session_name
from ingest.memo import Memo, PartReader
from ingest.pending import PendingRecords
from ingest.records import Record
from ingest.redaction import redacted_column

IDENTITIES = PartReader("userIdentity", IDENTITY_FIELDS, {"role_session_name": role_session_name})
TLS = PartReader("tlsDetails", TLS_FIELDS, {})
NAMES = Record.__struct_fields__
REPETITIVE_TEXTS = tuple(column for column in TOP_TEXTS.values() if column in REPETITIVE)
OTHER_TEXTS = tuple(column for column in TOP_TEXTS.values() if column not in REPETITIVE)
SAID = (*TOP_TEXTS.values(), *FREE_FORM.values())
OBJECT = "source_object_id"


class EventChunks:
    """Chunks of records on their way to become one batch of `events`."""

    def __init__(self) -> None:
        self.rows = 0
        self._identities = Memo(IDENTITIES)
        self._tls = Memo(TLS)
        self._codes = {name: Codes() for name in (*REPETITIVE_TEXTS, OBJECT)}
        self._arrays: defaultdict[str, list[pa.Array]] = defaultdict(list)
        self._emptiness: list[Numbers] = []
        self._is_unusual: list[Mask] = []

    def add(self, pending: PendingRecords) -> Mask:
        """Take records; return which of them have to be read tolerantly instead."""
        count = len(pending.records)
        values = dict(
            zip(
                NAMES, zip(*map(msgspec.structs.astuple, pending.records), strict=True), strict=True
            )
        )
        event_times, is_exact = time_column(values["event_time"])
        resources, is_endless = bounded(values[RESOURCES])
        parts = {column: part_column(values[column]) for column in FREE_FORM.values()}
        numbers = {name: self._codes[name].add(values[name]) for name in REPETITIVE_TEXTS}
        self._codes[OBJECT].repeat(*pending.objects())
        columns = {
            "event_time": event_times,
            "record_index": pending.places(),
            RESOURCES: resources_column(resources),
            **{name: plain_column(values[name], pa.string()) for name in OTHER_TEXTS},
            **{name: plain_column(values[name], pa.bool_()) for name in TOP_FLAGS.values()},
            **{name: word_column(values[name]) for name in TOP_WORDS.values()},
            **{name: part.texts for name, part in parts.items()},
        }
        for name, column in columns.items():
            self._arrays[name].append(column)
        usual = [parts[FREE_FORM[name]] for name in NULL_WHEN_EMPTY]
        categories = self._codes["event_category"].texts()
        self._emptiness.append(unexpected_emptiness(categories, numbers["event_category"], usual))
        is_unusual = ~is_exact | _is_unusual(values["event_id"], parts)
        if is_endless is not None:
            is_unusual |= is_endless
        for memo, name in ((self._identities, "user_identity"), (self._tls, "tls_details")):
            is_garbled = memo.add(values[name])
            if is_garbled is not None:
                is_unusual |= is_garbled
        self._is_unusual.append(is_unusual)
        self.rows += count
        return is_unusual

    def batch(self) -> pa.RecordBatch:
        """Return the rows of all records that could be taken."""
        extra = [
            self._identities.pieces(),
            self._tls.pieces(),
            (np.concatenate(self._emptiness), EMPTINESS),
        ]
        columns = {
            **{name: pa.concat_arrays(arrays) for name, arrays in self._arrays.items()},
            **{name: codes.column() for name, codes in self._codes.items()},
            **self._identities.columns(),
            **self._tls.columns(),
            "extra": extra_column(extra),
        }
        # Not who called, which is redacted when it is read, nor what only we write.
        for name in SAID:
            columns[name] = redacted_column(columns[name])
        columns["issued_access_key_id"] = _issued_keys(columns["response_elements"])
        batch = batch_of(columns, self.rows)
        is_unusual = np.concatenate(self._is_unusual)
        return batch.filter(pa.array(~is_unusual)) if is_unusual.any() else batch


def _is_unusual(event_ids: Sequence[str], parts: dict[str, PartColumn]) -> Mask:
    """Say which records have a value that their columns can't carry as they stand."""
    is_unusual: Mask = np.zeros(len(event_ids), np.bool_)
    if not all(map(str.strip, event_ids)):
        is_unusual = np.array([not event_id.strip() for event_id in event_ids])
    for name, column in FREE_FORM.items():
        if parts[column].is_absent.all():
            continue
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

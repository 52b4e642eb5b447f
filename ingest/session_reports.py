"""AppStream's daily session reports: CSV rows become evidence of who streamed, when and where.

The person is the column `user_id`: by AWS's description of the fields it tells users of one
authentication type apart, so it is the UserId or the SAML NameID that home folders are named after.
`authentication_type_user_id` is that id run together with the authentication type, by which user
fees are counted; it stays in `detail`, like every other column.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from ingest.observed_values import (
    exact_text_of,
    flag_of,
    json_text,
    stable_id,
    text_of,
    time_of,
    user_id_hash,
)
from ingest.origin import EvidenceRows, Origin, Rejection
from ingest.redaction import redacted

EVIDENCE_SOURCE = "session_report"
ID_COLUMN = "user_session_id"
MOST_ROWS = 100_000  # of one day's report; as rows they take forty times the room of their text
START_COLUMN = "session_start_time"
END_COLUMN = "session_end_time"
APPLICATION_COLUMN = "application_name"
# Reports name none; other text is left alone, since what looks escaped can be part of a name.
SESSION_TOKEN = re.compile(rb"session[_-]?token", re.IGNORECASE)
LONGEST_QUOTE = 60  # characters of a bad value that a reason shows

Row: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Fault:
    """What keeps a row from being taken."""

    field: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One CSV row: its cells, its text as it stands in the file, and why it couldn't be split."""

    cells: list[str]
    raw: str
    fault: _Fault | None


def is_session_report(header: Sequence[str]) -> bool:
    """Say whether these column names are those of a session report."""
    return {ID_COLUMN, START_COLUMN} <= _names(header)


def is_application_report(header: Sequence[str]) -> bool:
    """Say whether these column names are those of an applications report.

    It lists which applications a streaming session launched: no evidence of who or where.
    """
    names = _names(header)
    return {ID_COLUMN, APPLICATION_COLUMN} <= names and START_COLUMN not in names


def session_report_rows(text: bytes, origin: Origin) -> EvidenceRows:
    """Return the evidence in a session report, and its rows that couldn't be taken.

    Columns are found by name: their order is free, unknown ones are kept in `detail`, and missing
    ones become null. A row's own account and region win over the origin's. A file without the
    columns of a session report is one rejection of the whole object.
    """
    lines = _lines(redacted(text) if SESSION_TOKEN.search(text) else text)
    header = next(lines, _Line([], "", None))
    if not is_session_report(header.cells):
        reason = f"the header names no {ID_COLUMN} and {START_COLUMN}: not a session report"
        return EvidenceRows([], [], [Rejection(None, ID_COLUMN, reason, header.raw)], 0)
    columns = [_in_utf8(name).strip().lower() for name in header.cells]
    evidence: list[dict[str, object]] = []
    rejected: list[Rejection] = []
    index = -1
    for index, line in enumerate(islice(lines, MOST_ROWS)):
        cells = _without_empty_tail(line.cells, len(columns))
        row = dict(zip(columns, cells, strict=False))
        fault = line.fault or _fault_of_cells(cells, columns) or _fault_of(row)
        if fault is None:
            evidence.append(_evidence(row, index, origin))
        else:
            rejected.append(Rejection(index, fault.field, fault.reason, line.raw))
    if next(lines, None) is not None:
        reason = f"a report of over {MOST_ROWS:,} rows; the rest is unread"
        rejected.append(Rejection(None, None, reason, ""))
    return EvidenceRows(evidence, [], rejected, index + 1)


def _names(header: Sequence[str]) -> set[str]:
    return {name.strip().lower() for name in header}


def _lines(text: bytes) -> Iterator[_Line]:
    """Split RFC 4180 text; blank lines are no rows, and a bad row doesn't end the reading."""
    # What isn't UTF-8 is carried along, so that only the row it stands in is rejected.
    decoded = io.StringIO(text.decode("utf-8-sig", "surrogateescape"), newline="")
    taken: list[str] = []

    def remembered() -> Iterator[str]:
        for line in decoded:
            taken.append(line)
            yield line

    reader = csv.reader(remembered(), strict=True)
    while True:
        taken.clear()
        fault = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells, fault = [], _Fault(None, f"not CSV: {error}")
        raw = "".join(taken)
        if not _is_utf8(raw):
            fault = _Fault(None, "not UTF-8")
            raw = _in_utf8(raw)
        if raw.strip():
            yield _Line(cells, raw.rstrip("\r\n"), fault)


def _is_utf8(text: str) -> bool:
    return text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text)


def _in_utf8(text: str) -> str:
    """Return text without the bytes that were carried along."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _without_empty_tail(cells: list[str], wanted: int) -> list[str]:
    return cells[:wanted] if not any(cells[wanted:]) else cells


def _fault_of_cells(cells: list[str], columns: list[str]) -> _Fault | None:
    """Refuse a row that is longer or shorter than the header: its values may have moved over."""
    if len(cells) == len(columns):
        return None
    return _Fault(None, f"{len(cells)} values for {len(columns)} columns")


def _fault_of(row: Row) -> _Fault | None:
    """Refuse a row that says neither which streaming session nor when, or no readable time.

    An unreadable time isn't taken as a missing one: a streaming session without its start would
    silently explain nothing.
    """
    if text_of(row.get(ID_COLUMN)) is None and text_of(row.get(START_COLUMN)) is None:
        return _Fault(ID_COLUMN, f"neither {ID_COLUMN} nor {START_COLUMN}")
    for column in (START_COLUMN, END_COLUMN):
        value = text_of(row.get(column))
        if value is not None and time_of(value) is None:
            return _Fault(column, f"not a time: {value[:LONGEST_QUOTE]!r}")
    return None


def _evidence(row: Row, index: int, origin: Origin) -> dict[str, object]:
    user_id = exact_text_of(row.get("user_id"))
    return {
        "evidence_id": stable_id(origin.source_object_id, index, json_text(row)),
        "evidence_source": EVIDENCE_SOURCE,
        "observed_at": origin.observed_at,
        "streaming_session_id": text_of(row.get(ID_COLUMN)),
        "account_id": text_of(row.get("aws_account_id")) or origin.account_id,
        "region": text_of(row.get("region")) or origin.region,
        "user_id": user_id,
        "user_id_sha256": user_id_hash(user_id),
        "authentication_type": text_of(row.get("authentication_type")),
        "fleet_name": text_of(row.get("fleet_name")),
        "stack_name": text_of(row.get("stack_name")),
        "started_at": time_of(row.get(START_COLUMN)),
        "ended_at": time_of(row.get(END_COLUMN)),
        "eni_private_ip_address": text_of(row.get("eni_private_ip_address")),
        "instance_id": text_of(row.get("instance_id")),
        "is_multisession": flag_of(row.get("is_multisession")),
        "client_ip_addresses": _addresses(row.get("client_ip_addresses")),
        "detail": json_text(row),
        "source_object_id": origin.source_object_id,
    }


def _addresses(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [address.strip() for address in text.split(";") if address.strip()]

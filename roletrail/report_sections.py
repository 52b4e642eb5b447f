"""What a report says about its tables: headings, explanations, and the columns of a page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from analysis.confidence import method_in_words
from analysis.reports.tables import Kind
from dashboard.palette import NOT_ATTRIBUTABLE
from dashboard.wording import api_label, service_label, workload_label
from roletrail.commands.sessions import when, who

Row = Mapping[str, object]

QUALIFIED = ("_grace", "_outlived", "_outside")  # methods that say themselves why they are weak
MOST_LISTED = 6  # names in a cell; the files have them all


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of a page's table: its heading, its cell made from a row, and what the cell is.

    `form` is text, name (an id or ARN), number, confidence or result.
    """

    heading: str
    cell: Callable[[Row], object]
    form: str = "text"


@dataclass(frozen=True, slots=True)
class TableWords:
    """A table's caption, what it says beside that, what is said if it is empty, and its columns."""

    caption: str
    remark: str
    empty: str
    columns: Sequence[ReportColumn]


@dataclass(frozen=True, slots=True)
class SectionWords:
    """A section's heading, and the question that it answers."""

    heading: str
    question: str


def number(heading: str, name: str) -> ReportColumn:
    """Return a column of counts."""
    return ReportColumn(heading, itemgetter(name), "number")


def name(heading: str, column: str) -> ReportColumn:
    """Return a column of ids, addresses or ARNs."""
    return ReportColumn(heading, itemgetter(column), "name")


def text(heading: str, column: str) -> ReportColumn:
    """Return a column of words."""
    return ReportColumn(heading, itemgetter(column))


def minute(heading: str, column: str, later: timedelta = timedelta(0)) -> ReportColumn:
    """Return a column of UTC times, to the minute."""

    def cell(row: Row) -> object:
        time = row[column]
        return f"{time + later:%Y-%m-%d %H:%M}" if isinstance(time, datetime) else None

    return ReportColumn(heading, cell, "time")


def _api(row: Row) -> object:
    return api_label(_text_of(row["event_source"]), _text_of(row["event_name"]))


def _caller(row: Row) -> object:
    kind = workload_label(_text_of(row["workload_kind"]))
    caller = row["user_id"] or row["workload_name"]
    return f"{caller} ({kind})" if caller else kind


def _confidence(row: Row) -> object:
    return row["session_confidence"] or NOT_ATTRIBUTABLE


def _method(row: Row) -> object:
    method = row["attribution_method"]
    if not method:
        return "no streaming session held the address then, and nothing else names one"
    words = method_in_words(str(method))
    is_shared = row["session_confidence"] == "weak" and not str(method).endswith(QUALIFIED)
    return f"several streaming sessions fit; {words}" if is_shared else words


def _share(row: Row) -> object:
    share = row["share"]
    return f"{share:.1%}" if isinstance(share, float) else None


def _listed(names: object, words: Callable[[str], str] = str) -> str | None:
    """Return names on one line, the rest as a number."""
    found = [words(one) for one in names if one] if isinstance(names, list) else []
    rest = len(found) - MOST_LISTED
    shown = ", ".join(found[:MOST_LISTED])
    return (f"{shown} and {rest:,} more" if rest > 0 else shown) or None


def _text_of(value: object) -> str | None:
    return None if value is None else str(value)


_API = ReportColumn("API", _api)
_WHO = ReportColumn("Person", who)
_CALLS = number("Calls", "event_count")
_RESULTS = (_CALLS, number("Denied", "denied_count"), number("Errors", "error_count"))
_NAMED = (number("Certain", "certain_count"), number("Strong", "strong_count"))
_SURE = (*_NAMED, number("Weak", "weak_count"), number("Nobody", "nobody_count"))
_SPAN = (minute("First call (UTC)", "first_event_at"), minute("Last call (UTC)", "last_event_at"))
_WHOSE = (
    number("Streaming sessions", "streaming_session_count"),
    number("People", "person_count"),
)

SECTIONS: Mapping[Kind, SectionWords] = {
    Kind.STREAMING_ACTIVITY: SectionWords(
        "Streaming sessions", "Which streaming session, and who, called which APIs?"
    ),
    Kind.PERSON: SectionWords("People", "What did each person do, in whichever way they came?"),
    Kind.FLEET: SectionWords(
        "Fleets", "What was called from each fleet, and how sure is it by whom?"
    ),
    Kind.ROLE: SectionWords("Roles", "What was each role used for, and who carries it?"),
    Kind.DENIED: SectionWords("Denied calls", "Who was refused what?"),
    Kind.COVERAGE: SectionWords(
        "Coverage and integrity",
        "How much is attributed, why is the rest not, and what is missing or unproven?",
    ),
}

TABLE_WORDS: Mapping[str, TableWords] = {
    "streaming_sessions_in_range": TableWords(
        "Streaming sessions that were live in the period",
        "Calls are those in the period that are certainly or strongly of this streaming session.",
        "No streaming session was live in the period.",
        (
            _WHO,
            text("Fleet", "fleet_name"),
            text("Stack", "stack_name"),
            ReportColumn("When (UTC)", when, "time"),
            number("APIs", "api_count"),
            *_RESULTS,
            *_NAMED,
            name("Streaming session", "streaming_session_id"),
        ),
    ),
    "streaming_session_api_calls": TableWords(
        "APIs called in each streaming session",
        "Of one streaming session, APIs with denied calls come first, then those called most.",
        "No call in the period is attributed to a streaming session.",
        (
            _WHO,
            text("Fleet", "fleet_name"),
            _API,
            *_RESULTS,
            *_NAMED,
            *_SPAN,
            name("Streaming session", "streaming_session_id"),
        ),
    ),
    "people_in_range": TableWords(
        "People by name",
        "In streaming sessions, by roles assumed from there, by AppStream itself for them, and by "
        "signing in to AWS.",
        "No call in the period is attributed to a person.",
        (
            ReportColumn("Person", itemgetter("person")),
            ReportColumn("Ways", lambda row: _listed(row["ways"], _spaced)),
            number("Streaming sessions", "streaming_session_count"),
            number("APIs", "api_count"),
            *_RESULTS,
            *_SPAN,
            ReportColumn("Services", lambda row: _listed(row["event_sources"], service_label)),
        ),
    ),
    "person_api_calls": TableWords(
        "APIs that each person called",
        "Who signs in to AWS directly is named by the event itself; no confidence is needed then.",
        "No call in the period is attributed to a person.",
        (
            ReportColumn("Person", itemgetter("person")),
            ReportColumn("Way", lambda row: _spaced(str(row["way"]))),
            _API,
            *_RESULTS,
            *_NAMED,
            *_SPAN,
        ),
    ),
    "fleets_in_range": TableWords(
        "Fleets",
        "A row without a fleet: its calls can be of several fleets with the same role.",
        "No call in the period came from an AppStream fleet.",
        (
            text("Fleet", "fleet_name"),
            *_WHOSE,
            number("APIs", "api_count"),
            *_RESULTS,
            *_SURE,
            ReportColumn("Roles", lambda row: _listed(row["issuing_role_arns"]), "name"),
        ),
    ),
    "fleet_api_calls": TableWords(
        "APIs called from each fleet",
        "APIs with denied calls come first.",
        "No call in the period came from an AppStream fleet.",
        (text("Fleet", "fleet_name"), _API, *_WHOSE, *_RESULTS, *_SURE, *_SPAN),
    ),
    "roles_in_range": TableWords(
        "Roles",
        "Carriers are the AppStream resources that ever carried the role; AWS advises a role for "
        "each.",
        "No role was used in the period.",
        (
            name("Role", "issuing_role_arn"),
            ReportColumn("Used by", lambda row: _listed(row["workload_kinds"], workload_label)),
            ReportColumn("Carriers", lambda row: _listed(row["carriers"], _carrier)),
            number("Role sessions", "role_session_count"),
            *_WHOSE,
            number("APIs", "api_count"),
            *_RESULTS,
        ),
    ),
    "role_api_calls": TableWords(
        "APIs called with each role",
        "APIs with denied calls come first.",
        "No role was used in the period.",
        (name("Role", "issuing_role_arn"), _API, *_WHOSE, *_RESULTS, *_SPAN),
    ),
    "denials_in_range": TableWords(
        "Denied calls by API and caller",
        "A streaming session is named where the call is certainly or strongly of it.",
        "No call in the period was denied.",
        (
            _API,
            number("Denied", "event_count"),
            ReportColumn("Caller", _caller),
            text("Fleet", "fleet_name"),
            ReportColumn("Confidence", lambda row: row["session_confidence"], "confidence"),
            minute("Last (UTC)", "last_event_at"),
            name("Role", "issuing_role_arn"),
            name("Streaming session", "streaming_session_id"),
        ),
    ),
    "claims_in_range": TableWords(
        "How sure it is whose the calls of each fleet are, and why",
        "Of weak calls there are candidates; nobody is named. Evidence that comes late can change "
        "this.",
        "No call in the period came from an AppStream fleet.",
        (
            text("Fleet", "fleet_name"),
            ReportColumn("Confidence", _confidence, "confidence"),
            _CALLS,
            ReportColumn("Share of the fleet", _share, "number"),
            number("Role sessions", "role_session_count"),
            ReportColumn("Why", _method),
        ),
    ),
    "log_files_in_range": TableWords(
        "Log files with events of the period, by what CloudTrail's digests prove of them",
        "A file at the edge of the period can hold events outside it, too.",
        "No log file that is known by the times of its events has any of the period.",
        (
            text("Account", "account_id"),
            text("Region", "region"),
            text("Digest", "digest_status"),
            number("Log files", "object_count"),
            number("Events in them", "event_count"),
            minute("Oldest event (UTC)", "oldest_event_at"),
            minute("Newest event (UTC)", "newest_event_at"),
        ),
    ),
    "delivery_gaps": TableWords(
        "Gaps: hours of delivery in which log files are missing",
        "No gap is no proof that nothing is missing. A row without account and region is about all "
        "of them at once.",
        "No gap reaches into the period.",
        (
            ReportColumn("Account", lambda row: row["account_id"] or "all"),
            ReportColumn("Region", lambda row: row["region"] or "all"),
            minute("From (UTC)", "first_hour_at"),
            minute("Until (UTC)", "last_hour_at", timedelta(hours=1)),
            number("Hours", "missing_hours"),
            number("Files missing, about", "files_expected"),
        ),
    ),
    "freshness": TableWords(
        "Freshness of the whole lake, by account and region",
        "Whatever the period. A quiet region has old events and is healthy.",
        "No account or region has events.",
        (
            text("Account", "account_id"),
            text("Region", "region"),
            minute("Oldest call (UTC)", "oldest_event_at"),
            minute("Newest call (UTC)", "newest_event_at"),
            minute("Newest log file (UTC)", "newest_file_at"),
            _CALLS,
        ),
    ),
    "rejection_reasons": TableWords(
        "Records and files that could not be read, in the whole lake",
        "Whatever the period and scope: what can't be read doesn't tell when it was.",
        "Nothing was rejected.",
        (
            text("Reason", "reason"),
            number("Records or files", "rejected_count"),
            number("Files", "object_count"),
        ),
    ),
}


def _carrier(carrier: str) -> str:
    kind, _, resource = carrier.partition(" ")
    return f"{_spaced(kind)} {resource}"


def _spaced(words: str) -> str:
    return words.replace("_", " ")

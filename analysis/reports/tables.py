"""The tables of a report: each is a saved question of the same name, and knows its events."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from analysis.reports.tracing import OF_A_FLEET, PERSON, WAY, RowsBehind, events_behind


class Kind(StrEnum):
    """What a report can be about. A report can be about several."""

    STREAMING_ACTIVITY = "streaming-activity"
    PERSON = "person"
    FLEET = "fleet"
    ROLE = "role"
    DENIED = "denied"
    COVERAGE = "coverage"


class Span(StrEnum):
    """Which part of the lake a table is over."""

    CALLS = "calls"  # of the period and the scope
    STREAMING_SESSIONS = "streaming_sessions"  # of the scope, and their calls in the period
    LOG_FILES = "log_files"  # with events of the period
    DELIVERY = "delivery"  # in the period
    ACCOUNT = "account"  # whatever the time
    LAKE = "lake"  # whatever the time and scope


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table: the question that it answers, and the rows of the lake that its numbers count."""

    name: str
    span: Span
    behind: RowsBehind


_API = {"event_source": "event_source", "event_name": "event_name"}
_FLEET_KEY = {"fleet_name": "coalesce(fleet_name, workload_name)"}

TOTALS = ReportTable("range_totals", Span.CALLS, events_behind())

TABLES: Mapping[Kind, tuple[ReportTable, ...]] = {
    Kind.STREAMING_ACTIVITY: (
        ReportTable(
            "streaming_sessions_in_range",
            Span.STREAMING_SESSIONS,
            events_behind(streaming_session_id="streaming_session_id"),
        ),
        ReportTable(
            "streaming_session_api_calls",
            Span.STREAMING_SESSIONS,
            events_behind(streaming_session_id="streaming_session_id", **_API),
        ),
    ),
    Kind.PERSON: (
        ReportTable(
            "people_in_range",
            Span.CALLS,
            events_behind([f"{PERSON} is not null"], person=PERSON),
        ),
        ReportTable(
            "person_api_calls",
            Span.CALLS,
            events_behind([f"{PERSON} is not null"], person=PERSON, way=WAY, **_API),
        ),
    ),
    Kind.FLEET: (
        ReportTable("fleets_in_range", Span.CALLS, events_behind([OF_A_FLEET], **_FLEET_KEY)),
        ReportTable(
            "fleet_api_calls", Span.CALLS, events_behind([OF_A_FLEET], **_FLEET_KEY, **_API)
        ),
    ),
    Kind.ROLE: (
        ReportTable(
            "roles_in_range",
            Span.CALLS,
            events_behind(["issuing_role_arn is not null"], issuing_role_arn="issuing_role_arn"),
        ),
        ReportTable(
            "role_api_calls",
            Span.CALLS,
            events_behind(
                ["issuing_role_arn is not null"], issuing_role_arn="issuing_role_arn", **_API
            ),
        ),
    ),
    Kind.DENIED: (
        ReportTable(
            "denials_in_range",
            Span.CALLS,
            events_behind(
                ["result = 'denied'"],
                **_API,
                **{
                    name: name
                    for name in (
                        "recipient_account_id",
                        "workload_kind",
                        "workload_name",
                        "fleet_name",
                        "user_id",
                        "streaming_session_id",
                        "session_confidence",
                        "issuing_role_arn",
                    )
                },
            ),
        ),
    ),
    Kind.COVERAGE: (
        ReportTable(
            "claims_in_range",
            Span.CALLS,
            events_behind(
                [OF_A_FLEET],
                **_FLEET_KEY,
                session_confidence="session_confidence",
                attribution_method="attribution_method",
            ),
        ),
        ReportTable(
            "log_files_in_range",
            Span.LOG_FILES,
            RowsBehind(
                relation="source_objects",
                columns="uri, digest_status, events_written, oldest_event_at, newest_event_at",
                order="uri",
                conditions=("kind like 'cloudtrail%'", "status = 'ingested'"),
                keys={
                    "account_id": "account_id",
                    "region": "region",
                    "digest_status": "coalesce(digest_status, 'not verified')",
                },
            ),
        ),
        ReportTable(
            "delivery_gaps",
            Span.DELIVERY,
            RowsBehind(
                relation="source_objects",
                columns="uri, delivered_at, events_written",
                order="delivered_at, uri",
                conditions=("kind = 'cloudtrail'",),
            ),
        ),
        ReportTable(
            "freshness",
            Span.ACCOUNT,
            events_behind(account_id="recipient_account_id", region="aws_region"),
        ),
        ReportTable(
            "rejection_reasons",
            Span.LAKE,
            RowsBehind(
                relation="rejected_records",
                columns="uri, record_index, field, reason, rejected_at",
                order="rejected_at, uri, record_index",
                keys={"reason": "reason"},
            ),
        ),
    ),
}

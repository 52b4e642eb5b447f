"""What is told of findings: a title, a text of bounded length, and the same as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from analysis.findings import Severity
from analysis.findings.wording import who_text
from roletrail.notices.inert import inert
from roletrail.terminal import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 20  # findings of one message; a first run can find hundreds
PAGE = "findings"  # of the dashboard, where the parameter `id` names one
TO_THE_MINUTE = "%Y-%m-%d %H:%M"

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Message:
    """A message about findings. Nothing in it that a log says is anything but text."""

    title: str
    text: str
    findings: tuple[Mapping[str, object], ...]
    more: int

    def document(self) -> dict[str, object]:
        """Return it as the JSON that a webhook is sent."""
        return {
            "title": self.title,
            "text": self.text,
            "findings": list(self.findings),
            "more": self.more,
        }


def message_of(findings: Sequence[Row], dashboard_url: str | None) -> Message:
    """Return the message that tells these findings, the worst and newest first; there is one."""
    shown = tuple(_told(row, dashboard_url) for row in findings[:SHOWN])
    more = len(findings) - len(shown)
    return Message(
        _title(findings), "\n\n".join(_paragraphs(shown, more, dashboard_url)), shown, more
    )


def finding_url(finding_id: object, dashboard_url: str | None) -> str | None:
    """Return the address of a finding's page, None without a dashboard."""
    if dashboard_url is None:
        return None
    return f"{dashboard_url.rstrip('/')}/{PAGE}?{urlencode({'id': str(finding_id)})}"


def _title(findings: Sequence[Row]) -> str:
    counts = Counter(str(row["severity"]) for row in findings)
    worst_first = [level.value for level in reversed(Severity) if counts[level.value]]
    parts = ", ".join(f"{counts[level]:,} {level}" for level in worst_first)
    return f"roletrail: {counted(len(findings), 'finding')}, {parts}"


def _told(row: Row, dashboard_url: str | None) -> dict[str, object]:
    names = (row[name] for name in ("user_ids", "candidate_user_ids", "callers"))
    people = (list(one) if isinstance(one, list) else [] for one in names)
    return {
        "finding_id": str(row["finding_id"]),
        "severity": str(row["severity"]),
        "rule": inert(row["rule"]),
        "title": inert(row["title"]),
        "subject": inert(row["subject"]),
        "who": inert(who_text(*people)),
        "account_id": None if row["account_id"] is None else inert(row["account_id"]),
        "first_seen_at": _moment(row["first_seen_at"]),
        "last_seen_at": _moment(row["last_seen_at"]),
        "event_count": row["event_count"],
        "url": finding_url(row["finding_id"], dashboard_url),
    }


def _paragraphs(shown: Sequence[Row], more: int, dashboard_url: str | None) -> "Iterator[str]":
    for row in shown:
        seen = " to ".join(dict.fromkeys([str(row["first_seen_at"]), str(row["last_seen_at"])]))
        yield "\n".join(
            (
                f"{str(row['severity']).upper()}: {row['title']}",
                f"about {row['subject']}",
                f"who: {row['who']}",
                f"seen {seen} UTC",
                str(row["url"] or f"roletrail explain {row['finding_id']}"),
            )
        )
    if more:
        where = (
            "roletrail findings" if dashboard_url is None else f"{dashboard_url.rstrip('/')}/{PAGE}"
        )
        yield f"and {more:,} more: {where}"
    yield "A finding is a reason to look, not a verdict."


def _moment(value: object) -> str:
    return f"{value:{TO_THE_MINUTE}}" if isinstance(value, datetime) else "?"

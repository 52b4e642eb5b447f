"""From the settings of a run to its steps, in order, and what a run would miss to do them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from roletrail.errors import FrontDoorError
from roletrail.runs.intake import attribute_step, collect_step, ingest_step
from roletrail.runs.outcome_steps import findings_step, maintain_step, notice_step, report_step
from roletrail.runs.settings_file import S3
from roletrail.runs.steps import Step

if TYPE_CHECKING:
    from roletrail.runs.settings import Collecting, Finding, Maintaining, Reporting, RunSettings

ATTRIBUTE, FINDINGS = "attribute", "findings"


def steps_of(settings: "RunSettings") -> Iterator[Step]:
    """Yield the steps that the settings ask for, in order."""
    if settings.collect is not None:
        yield Step("collect", _places(settings.collect), partial(collect_step, settings.collect))
    for source in settings.sources:
        yield Step("ingest", source.source, partial(ingest_step, source))
    yield Step(ATTRIBUTE, "", partial(attribute_step, settings.attribute))
    if settings.findings is not None:
        about = _rules(settings.findings)
        yield Step(FINDINGS, about, partial(findings_step, settings.findings), ATTRIBUTE)
    for notice in settings.notices:
        do = partial(notice_step, notice, dashboard_url=settings.dashboard_url)
        about = f"{notice.name}: {notice.severity.value} and above"
        yield Step("notice", about, do, FINDINGS)
    for report in settings.reports:
        yield Step("report", _report(report), partial(report_step, report), ATTRIBUTE)
    if settings.maintain is not None:
        about = _kept(settings.maintain)
        yield Step("maintain", about, partial(maintain_step, settings.maintain))


def missing(settings: "RunSettings") -> Iterator[str]:
    """Yield, a line each, what steps will lack that are told of by the settings alone."""
    files: dict[str, list[str | None]] = {
        "sources": [one.source for one in settings.sources],
        "attribute": [settings.attribute.workload_rules],
        "findings": [None if settings.findings is None else settings.findings.sigma],
    }
    for section, paths in files.items():
        for path in paths:
            if path is not None and not path.startswith(S3) and not Path(path).exists():
                yield f"{section}: there is no {path}"
    for notice in settings.notices:
        try:
            notice.address().sender()
        except FrontDoorError as error:
            yield f"notice {notice.name}: {error}"


def _places(wanted: "Collecting") -> str:
    accounts = ", ".join(wanted.role_arns) or "the caller's account"
    return f"{accounts}; {', '.join(wanted.regions) or 'its region'}"


def _rules(wanted: "Finding") -> str:
    rules = ", ".join(wanted.rules) or "all rules"
    return rules if wanted.sigma is None else f"{rules}; {wanted.sigma}"


def _report(wanted: "Reporting") -> str:
    scope = [name for name in (wanted.account, wanted.fleet, wanted.person) if name is not None]
    return f"{wanted.period.value} into {wanted.out}{'; only ' if scope else ''}{', '.join(scope)}"


def _kept(wanted: "Maintaining") -> str:
    return "" if wanted.keep_days is None else f"events of {wanted.keep_days:,} days are kept"

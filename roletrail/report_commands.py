"""The commands that a report shows beside its numbers, ready to be copied into a shell."""

import shlex

from analysis.reports import Kind, Report

OPENS_DOUBLE_QUOTES = frozenset('"$`\\!')


def sql_command(query: str) -> str:
    """Return the command that answers a query."""
    return f"roletrail sql {_quoted(query)}"


def export_command(report: Report) -> str:
    """Return the lake's location as a word of a shell."""
    return shlex.quote(report.answers.lake.location)


def report_command(report: Report, kind: Kind, form: str) -> str:
    """Return the command that writes a kind of this report in another form, into ./report."""
    since, until = (f"{time:%Y-%m-%dT%H:%M}" for time in (report.period.since, report.period.until))
    scope = " ".join(f"--{word} {shlex.quote(name)}" for word, name in report.scope.named().items())
    command = f"roletrail report --out report --kind {kind} --format {form}"
    return f"{command} --since {since} --until {until}{f' {scope}' if scope else ''}"


def _quoted(text: str) -> str:
    """Return a word of a shell: in double quotes where nothing in it means anything there."""
    if OPENS_DOUBLE_QUOTES.isdisjoint(text):
        return f'"{text}"'
    return shlex.quote(text)

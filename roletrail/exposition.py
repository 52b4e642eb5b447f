"""Numbers in the text format that Prometheus reads, and tools that took it over from there.

See https://prometheus.io/docs/instrumenting/exposition_formats/. Each metric is a gauge: a lake is
looked at, and what it holds can become less. The client library keeps metrics of a running program,
and of that nothing is needed here; what it reads is what is written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from roletrail.cells import visible

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its name, what it says, and its values by their labels. Nulls aren't written."""

    name: str
    help: str
    values: Iterable[tuple[Labels, datetime | float | None]]


def exposition(metrics: Iterable[Metric]) -> str:
    """Return the metrics as text; a time becomes seconds since 1970."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {_escaped(metric.help)}"
    yield f"# TYPE {metric.name} gauge"
    for labels, value in metric.values:
        if value is not None:
            yield f"{metric.name}{_label_text(labels)} {_number(value)}"


def _label_text(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_label_value(text)}"' for name, text in labels.items()) + "}"


def _label_value(text: str) -> str:
    """Return a text between quotes; what a terminal would act on is written out before that."""
    return _escaped(visible(text)).replace('"', r"\"")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _number(value: datetime | float) -> str:
    number = value.timestamp() if isinstance(value, datetime) else value
    return repr(int(number)) if number == int(number) else repr(number)

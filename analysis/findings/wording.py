"""A finding in words: who it was, and the rule's explanation with the values that were found."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from analysis.findings.rules import Rule

NAMES_SHOWN = 5
LONGEST_VALUE = 200
NOBODY = "nobody that the evidence names"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def who_text(
    user_ids: Sequence[str], candidate_user_ids: Sequence[str], callers: Sequence[str]
) -> str:
    """Return who it was: people, then who it may have been, then others who called."""
    parts = []
    if user_ids:
        parts.append(listed(user_ids))
    if others := [name for name in candidate_user_ids if name not in user_ids]:
        parts.append(f"perhaps {others[0]}" if len(others) == 1 else f"one of {listed(others)}")
    if callers and not parts:
        parts.append(listed(callers))
    return ", or ".join(parts) or NOBODY


def listed(names: Sequence[str]) -> str:
    """Return the names as a list in words; of many, the first few and how many more."""
    shown = [shortened(name) for name in names[:NAMES_SHOWN]]
    if len(names) > NAMES_SHOWN:
        return f"{', '.join(shown)} and {len(names) - NAMES_SHOWN:,} others"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def shortened(value: str) -> str:
    """Return a value from a log as it is shown, cut where it is long."""
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"


def explanation_of(rule: Rule, values: Mapping[str, object]) -> str:
    """Return the rule's explanation with these values in it, and what it leaves open.

    A value that isn't known is named as such. Values are put in as they are, never read again.
    """

    def value_of(match: re.Match[str]) -> str:
        return _text(values.get(match[1], rule.parameters.get(match[1])))

    text = _PLACEHOLDER.sub(value_of, rule.explanation)
    return f"{text[:1].upper()}{text[1:]} {rule.unproven}"


def _text(value: object) -> str:
    match value:
        case None | []:
            return "unknown"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S} UTC"
        case int():
            return f"{value:,}"
        case list():
            return listed([str(item) for item in value])
        case _:
            return shortened(str(value))

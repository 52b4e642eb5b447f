"""How a lake is doing: how far attribution has come, and how large its tables are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.attribution_state import AttributionState, attribution_state
from lake.size import TableSize, table_sizes

if TYPE_CHECKING:
    from analysis.answers import Answers

__all__ = ["AttributionState", "LakeState", "TableSize", "lake_state"]


@dataclass(frozen=True, slots=True)
class LakeState:
    """The state of a lake now, whatever the opening of it sees."""

    attribution: AttributionState
    tables: tuple[TableSize, ...]


def lake_state(answers: "Answers") -> LakeState:
    """Return how far attribution has come, and the size of each table."""
    return LakeState(attribution_state(answers.lake), tuple(table_sizes(answers.lake)))

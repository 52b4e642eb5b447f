"""The chain of evidence behind a claim, in words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.errors import AnalysisError

if TYPE_CHECKING:
    from analysis.answers import Answers


@dataclass(frozen=True, slots=True)
class Explanation:
    """A claim in words: its subject, its result in one line, and each link of the evidence."""

    subject: str
    headline: str
    lines: tuple[str, ...]
    evidence: tuple[str, ...]

    def text(self) -> str:
        """Return the explanation as plain text, a line per link."""
        return "\n".join([self.headline, *(f"  {line}" for line in self.lines)])


def explain(answers: "Answers", subject: str) -> Explanation:
    """Return the explanation of an event or a streaming session by its id."""
    message = f"the lake has no event or streaming session {subject}"
    raise AnalysisError(message)

"""Tables become answers: role sessions, streaming sessions, and who made each call."""

from analysis.answers import Answers, open_answers
from analysis.errors import AnalysisError
from analysis.explanation import Explanation

__all__ = ["AnalysisError", "Answers", "Explanation", "open_answers"]

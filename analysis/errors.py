"""The one error of this room."""


class AnalysisError(Exception):
    """A question can't be answered; the message says why and what to do next, in one line."""

"""The parameters of a query that somebody wrote: those that the filter knows, and typed ones."""

from dashboard.filters import Filter

MOST_ROWS_OF_A_QUESTION = 1_000
FLAGS = {"true": True, "false": False}


def suggested(chosen: Filter) -> dict[str, object]:
    """Return what the filter says for parameters of saved questions, and usual limits."""
    return {
        **chosen.parameters(),
        "person": chosen.user_id,
        "bucket": chosen.bucket(),
        "limit": MOST_ROWS_OF_A_QUESTION,
        "offset": 0,
    }


def as_value(text: str | None) -> object:
    """Return what somebody typed as a value: nothing is null, and whole numbers are numbers."""
    stripped = (text or "").strip()
    if not stripped:
        return None
    if stripped.isascii() and stripped.isdigit():
        return int(stripped)
    return FLAGS.get(stripped.lower(), stripped)

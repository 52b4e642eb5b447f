"""AWS objects become rows: the only room that knows S3, SQS, boto3 and raw JSON shapes."""

from typing import TYPE_CHECKING

from ingest.errors import IngestError

if TYPE_CHECKING:
    from ingest.decode import is_compiled
    from ingest.ingestion import ingest
    from ingest.summary import IngestSummary, Progress

__all__ = ["IngestError", "IngestSummary", "Progress", "ingest", "is_compiled"]


def __getattr__(name: str) -> object:
    """Return what the main process needs only when it is asked for: workers start without it."""
    match name:
        case "ingest":
            from ingest.ingestion import ingest

            return ingest
        case "is_compiled":
            from ingest.decode import is_compiled

            return is_compiled
        case "IngestSummary" | "Progress":
            from ingest import summary

            return getattr(summary, name)
        case _:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)

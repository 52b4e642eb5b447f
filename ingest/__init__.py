"""AWS objects become rows: the only room that knows S3, SQS, boto3 and raw JSON shapes."""

from ingest.errors import IngestError
from ingest.ingestion import ingest
from ingest.summary import IngestSummary, Progress

__all__ = ["IngestError", "IngestSummary", "Progress", "ingest"]

"""CloudTrail records and log files to ingest, and what a lake says afterwards."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest import IngestSummary, ingest
from lake import Lake, open_lake
from lake.connection import connect, planned_files
from lake.tables import INGESTED_TABLES

Record = dict[str, Any]

LOG_KEY = (
    "AWSLogs/123456789012/CloudTrail/eu-central-1/2026/09/14/"
    "123456789012_CloudTrail_eu-central-1_20260914T0815Z_{}.json.gz"
)


def record(number: int = 1, /, **fields: object) -> Record:
    """Return a record as CloudTrail writes it; `fields` replaces, and adds at the end."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLE:PhotonSession",
            "arn": "arn:aws:sts::123456789012:assumed-role/fleet-role/PhotonSession",
            "accountId": "123456789012",
            "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLE",
                    "arn": "arn:aws:iam::123456789012:role/fleet-role",
                    "accountId": "123456789012",
                    "userName": "fleet-role",
                },
                "attributes": {
                    "creationDate": "2026-09-14T08:00:00Z",
                    "mfaAuthenticated": "false",
                },
            },
        },
        "eventTime": "2026-09-14T08:12:33Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "10.20.2.16",
        "userAgent": "aws-cli/2.17",
        "requestParameters": {"bucketName": "example", "key": "a.txt"},
        "responseElements": None,
        "requestID": "4442587FB7D0A2F9",
        "eventID": f"event-{number}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "recipientAccountId": "123456789012",
        "eventCategory": "Data",
        **fields,
    }


REPORT = (
    b"user_session_id,aws_account_id,region,session_start_time,session_end_time,user_id\n"
    b"s-1,123456789012,eu-central-1,2026-09-14T08:00:00Z,2026-09-14T09:00:00Z,hoge\n"
)


def text(document: object) -> bytes:
    """Return JSON as CloudTrail writes it."""
    return json.dumps(document, separators=(",", ":")).encode()


def log_file(*records: object) -> bytes:
    """Return a log file of these records, packed."""
    return gzip.compress(text({"Records": records}))


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files by their path below the folder, and return the folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def ingested(folder: Path, files: Mapping[str, bytes]) -> tuple[Lake, IngestSummary]:
    """Return a new lake below the folder with these files in it, and the run's summary."""
    lake = open_lake(folder / "lake", create=True)
    return lake, ingest(lake, [put(folder / "source", files)], processes=1)


def rows(lake: Lake, table: str, columns: str = "*") -> list[dict[str, Any]]:
    """Return a table's rows in an order that doesn't change."""
    with connect(lake, [table]) as connection:
        query = f"select {columns} from {table} order by all"
        return list(connection.execute(query).to_arrow_table().to_pylist())


def counts(lake: Lake) -> dict[str, int]:
    """Return the number of rows of each table."""
    return {table.name: len(rows(lake, table.name, "1")) for table in INGESTED_TABLES}


def everything_in(lake: Lake) -> str:
    """Return all values of all data files, of every column, as one text."""
    tables = (lake.table(table.name) for table in INGESTED_TABLES)
    files = [file for table in tables for file in planned_files(table)]
    return "\n".join(repr(pa.Table.to_pylist(pq.read_table(file))) for file in files)


def ledger(lake: Lake) -> dict[str, tuple[Any, ...]]:
    """Return kind, status and counts of each object, by its file name."""
    columns = "uri, kind, status, records_read, events_written, duplicates, conflicts, rejected"
    return {
        row.pop("uri").rpartition("/")[2]: tuple(row.values())
        for row in rows(lake, "source_objects", columns)
    }


def event_ids(lake: Lake) -> list[str]:
    """Return the ids of all events."""
    return [row["event_id"] for row in rows(lake, "events", "event_id")]


def essence(lake: Lake) -> list[dict[str, Any]]:
    """Return all events, but for where each was found."""
    found = rows(lake, "events", "* exclude (source_object_id, record_index)")
    return sorted(found, key=repr)

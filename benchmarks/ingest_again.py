"""A run of ingest that finds nothing new among 100,000 known objects.

    python benchmarks/ingest_again.py [--objects 100000] [--runs 3]

The log files hold one event each, and lie over 60 days, two accounts and four regions. They are
taken in from a folder and from static_s3.py; then these ways are run in turn, in new processes:

- `list folder`, `list s3`: the files' names and sizes, or boto3's listing of the bucket; no more;
- `again, folder` and `again, s3`: `roletrail ingest` of everything once more, which lists it all;
- `again, s3 window`: the same without `--look-back`, so that only the last days are listed;
- `again, one file`: what a run costs that has nothing to do.

Shown is the least processor time of the runs, of ingest and its children, and what it is beyond
that of the listing.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest_s3 import BUCKET, served, timed

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 60
PLACES = [
    (account, region)
    for account in ("111111111111", "222222222222")
    for region in ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
]
BASELINES = {
    "again, folder": "list folder",
    "again, s3": "list s3",
    "again, s3 window": "",
    "again, one file": "",
}


def write(folder: Path, objects: int) -> None:
    """Write so many log files of one event each, in CloudTrail's layout."""
    for number in range(objects):
        account, region = PLACES[number % len(PLACES)]
        moment = START + timedelta(days=DAYS * number / objects)
        place = folder / f"AWSLogs/{account}/CloudTrail/{region}/{moment:%Y/%m/%d}"
        place.mkdir(parents=True, exist_ok=True)
        name = f"{account}_CloudTrail_{region}_{moment:%Y%m%dT%H%MZ}_{number:016}.json.gz"
        record = {
            "eventVersion": "1.11",
            "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": "s3.amazonaws.com",
            "eventName": "ListBuckets",
            "awsRegion": region,
            "eventID": f"00000000-0000-4000-8000-{number:012}",
            "recipientAccountId": account,
        }
        text = json.dumps({"Records": [record]}, separators=(",", ":")).encode()
        (place / name).write_bytes(gzip.compress(text, 1))


def list_folder(folder: str) -> None:
    """Get the name, size and time of every file."""
    found = [
        os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118 - the quickest way is the baseline
        for place, _, names in os.walk(folder)
        for name in names
    ]
    print(f"{len(found):,} files", file=sys.stderr)


def list_s3(_source: str) -> None:
    """Get the key, version, size and time of every object."""
    import boto3

    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket="trail")
    found = [item for page in pages for item in page["Contents"]]
    print(f"{len(found):,} objects", file=sys.stderr)


def ingest(*arguments: str) -> list[str]:
    """Return the command that ingests."""
    return [sys.executable, "-m", "roletrail", "ingest", *arguments]


def report(objects: int, runs: dict[str, list[float]]) -> None:
    """Print the table; removing so many files takes a while, and comes afterwards."""
    print(f"{objects:,} known objects, least processor time of runs")
    print(f"{'way':<18} {'cpu s':>7} {'beyond listing':>15}")
    for way, seconds in runs.items():
        beyond = ""
        if baseline := BASELINES.get(way):
            beyond = f"{min(seconds) - min(runs[baseline]):.2f}"
        print(f"{way:<18} {min(seconds):>7.2f} {beyond:>15}")


def main() -> None:
    """Make the lakes, run all ways in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--list", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.list:
        what, source = arguments.list
        (list_s3 if what == "s3" else list_folder)(source)
        return
    with tempfile.TemporaryDirectory(prefix="roletrail-benchmark-") as place:
        folder, lakes = Path(place, "trail"), Path(place)
        write(folder, arguments.objects)
        with served(folder, 0.0) as (endpoint, _):
            environment = {
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ACCESS_KEY_ID": "none",
                "AWS_SECRET_ACCESS_KEY": "none",
                "AWS_REGION": "us-east-1",
            }
            one = next(folder.rglob("*.gz"))
            everything = ("--look-back", "10000")
            listing = [sys.executable, __file__, "--list"]
            ways = {
                "list folder": [*listing, "folder", str(folder)],
                "again, folder": ingest(str(folder), "--lake", str(lakes / "folder")),
                "list s3": [*listing, "s3", BUCKET],
                "again, s3": ingest(BUCKET, "--lake", str(lakes / "s3"), *everything),
                "again, s3 window": ingest(BUCKET, "--lake", str(lakes / "s3")),
                "again, one file": ingest(str(one), "--lake", str(lakes / "one")),
            }
            for way in ("again, folder", "again, s3", "again, one file"):
                timed(ways[way], environment)
            runs: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(arguments.runs):
                for way, command in ways.items():
                    runs[way].append(timed(command, environment)[1])
        report(arguments.objects, runs)


if __name__ == "__main__":
    main()

"""Local log files into a lake, against DuckDB's plain conversion of the same files.

    python benchmarks/ingest_local.py [--events 400000] [--runs 3] [--shape large|small]

Makes its own input with a fixed seed, runs both ways in turn, each in processes of their own, and
prints the best of the runs: events per second, processor time, peak memory of all processes
together (Linux only) and the ratio. roletrail does everything it always does: deduplication,
ledger, redaction, evidence, bloom filters, commits. DuckDB reads the JSON with types, sorts by time
and writes Parquet files by day, and nothing else.
"""

import argparse
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEED = 20_260_101
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 3
SHAPES = {"large": 10_000, "small": 100}  # events per file
ACCOUNT = "123456789012"
CREDENTIALS = 3_000
DENIED = 0.03  # share of calls
AT_A_TIME = 200  # credentials in use at a time
BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BASE_64 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
CALLS = (
    ("s3.amazonaws.com", "GetObject", 30),
    ("s3.amazonaws.com", "PutObject", 10),
    ("s3.amazonaws.com", "ListBuckets", 5),
    ("dynamodb.amazonaws.com", "GetItem", 20),
    ("kms.amazonaws.com", "Decrypt", 20),
    ("ec2.amazonaws.com", "DescribeInstances", 10),
    ("sts.amazonaws.com", "AssumeRole", 2),
    ("logs.amazonaws.com", "CreateLogStream", 3),
)
WRITES = {"PutObject", "AssumeRole", "CreateLogStream"}
TLS = {
    "tlsVersion": "TLSv1.3",
    "cipherSuite": "TLS_AES_128_GCM_SHA256",
    "clientProvidedHostHeader": "s3.eu-central-1.amazonaws.com",
}
SAMPLE_SECONDS = 0.1
WAYS = ("roletrail", "duckdb")


# ── the input ────────────────────────────────────────────────────────────────────────────────


class MadeUpTrail:
    """CloudTrail events of about 1.8 kB, as streaming instances of 40 fleets would cause them."""

    def __init__(self, events: int) -> None:
        self._random = random.Random(SEED)
        self._events = events
        self._made = 0
        self._identities = [self._identity(number) for number in range(CREDENTIALS)]
        self._user_agents = [
            f"Boto3/1.{minor}.0 md/Botocore#1.{minor}.0 ua/2.0 os/windows#10 md/arch#amd64 "
            f"lang/python#3.11.{patch} md/pyimpl#CPython cfg/retry-mode#legacy"
            for minor in range(40)
            for patch in range(4)
        ]

    def write(self, folder: Path, per_file: int) -> None:
        """Write all events as log files in CloudTrail's layout."""
        while self._made < self._events:
            delivered_at = self._time()
            count = min(per_file, self._events - self._made)
            records = [self._record() for _ in range(count)]
            place = folder / f"AWSLogs/{ACCOUNT}/CloudTrail/eu-central-1/{delivered_at:%Y/%m/%d}"
            place.mkdir(parents=True, exist_ok=True)
            suffix = self._text(BASE_32, 16)
            name = f"{ACCOUNT}_CloudTrail_eu-central-1_{delivered_at:%Y%m%dT%H%MZ}_{suffix}.json.gz"
            text = json.dumps({"Records": records}, separators=(",", ":")).encode()
            (place / name).write_bytes(gzip.compress(text, 6))

    def _time(self) -> datetime:
        return START + timedelta(days=DAYS * self._made / self._events)

    def _text(self, letters: str, length: int) -> str:
        return "".join(self._random.choices(letters, k=length))

    def _identity(self, number: int) -> dict[str, object]:
        role, role_id = f"fleet-role-{number % 40}", f"AROA{number % 40:017d}"
        return {
            "type": "AssumedRole",
            "principalId": f"{role_id}:PhotonSession",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/PhotonSession",
            "accountId": ACCOUNT,
            "accessKeyId": "ASIA" + self._text(BASE_32, 16),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": role_id,
                    "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                    "accountId": ACCOUNT,
                    "userName": role,
                },
                "webIdFederationData": {},
                "attributes": {"creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": "false"},
            },
        }

    def _record(self) -> dict[str, object]:
        pick = self._random
        [(source, name, _)] = pick.choices(CALLS, [weight for *_, weight in CALLS])
        in_use = int((CREDENTIALS - AT_A_TIME) * self._made / self._events)
        identity = self._identities[in_use + pick.randrange(AT_A_TIME)]
        moment = self._time() - timedelta(seconds=pick.random() * 300)
        self._made += 1
        is_object = source == "s3.amazonaws.com"
        error = {"errorCode": "AccessDenied", "errorMessage": f"User: {identity['arn']} may not"}
        return {
            "eventVersion": "1.09",
            "userIdentity": identity,
            "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": source,
            "eventName": name,
            "awsRegion": "eu-central-1",
            "sourceIPAddress": f"10.0.{pick.randrange(8)}.{pick.randrange(256)}",
            "userAgent": pick.choice(self._user_agents),
            **(error if pick.random() < DENIED else {}),
            "requestParameters": self._request(is_object=is_object),
            "responseElements": self._answer(name),
            "additionalEventData": {
                "SignatureVersion": "SigV4",
                "CipherSuite": TLS["cipherSuite"],
                "bytesTransferredIn": 0,
                "AuthenticationMethod": "AuthHeader",
                "x-amz-id-2": self._text(BASE_64, 76),
                "bytesTransferredOut": pick.randrange(10**6),
            },
            "requestID": f"{pick.getrandbits(64):016X}",
            "eventID": str(uuid.UUID(int=pick.getrandbits(128), version=4)),
            "readOnly": name not in WRITES,
            "resources": [
                {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::bucket/{pick.random()}"},
                {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::bucket"},
            ],
            "eventType": "AwsApiCall",
            "managementEvent": not is_object,
            "recipientAccountId": ACCOUNT,
            "vpcEndpointId": "vpce-0123456789abcdef0",
            "eventCategory": "Data" if is_object else "Management",
            "tlsDetails": TLS,
        }

    def _request(self, *, is_object: bool) -> dict[str, object]:
        pick = self._random
        bucket = f"bucket-{pick.randrange(20)}"
        if is_object:
            key = f"home/{pick.randrange(10**6)}/file-{pick.randrange(10**9)}.txt"
            return {"bucketName": bucket, "Host": TLS["clientProvidedHostHeader"], "key": key}
        context = {"aws:s3:arn": f"arn:aws:s3:::{bucket}/x{pick.randrange(10**8)}"}
        return {"encryptionContext": context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}

    def _answer(self, name: str) -> dict[str, object] | None:
        if name == "AssumeRole":
            credentials = {
                "accessKeyId": "ASIA" + self._text(BASE_32, 16),
                "sessionToken": self._text(BASE_64, 700),
                "expiration": "Jan 1, 2026, 1:00:00 AM",
            }
            return {"credentials": credentials}
        return {"x-amz-server-side-encryption": "AES256"} if name in WRITES else None


# ── the two ways ─────────────────────────────────────────────────────────────────────────────


def run_roletrail(source: Path, target: Path) -> None:
    """Ingest the files into a new lake."""
    from ingest import ingest
    from lake import open_lake

    summary = ingest(open_lake(target / "lake", create=True), [source])
    if not summary.balances:
        raise SystemExit(f"records were lost: {summary}")


IDENTITY = """struct(
    type varchar, "principalId" varchar, arn varchar, "accountId" varchar, "accessKeyId" varchar,
    "userName" varchar, "invokedBy" varchar, "sessionContext" struct(
        "sessionIssuer" struct(
            type varchar, "principalId" varchar, arn varchar, "accountId" varchar,
            "userName" varchar
        ),
        attributes struct("creationDate" varchar, "mfaAuthenticated" varchar),
        "sourceIdentity" varchar
    )
)"""
RECORDS = f"""struct(
    "eventVersion" varchar, "userIdentity" {IDENTITY}, "eventTime" timestamptz,
    "eventSource" varchar, "eventName" varchar, "awsRegion" varchar, "sourceIPAddress" varchar,
    "userAgent" varchar, "errorCode" varchar, "errorMessage" varchar, "requestParameters" json,
    "responseElements" json, "additionalEventData" json, "requestID" varchar, "eventID" varchar,
    "readOnly" boolean, resources struct("accountId" varchar, type varchar, "ARN" varchar)[],
    "eventType" varchar, "managementEvent" boolean, "recipientAccountId" varchar,
    "sharedEventID" varchar, "vpcEndpointId" varchar, "eventCategory" varchar, "apiVersion" varchar,
    "tlsDetails" struct(
        "tlsVersion" varchar, "cipherSuite" varchar, "clientProvidedHostHeader" varchar
    )
)[]"""
CONVERSION = """
copy (
    with records as (
        select unnest("Records") as record
        from read_json(
            $source, columns = {{"Records": '{records}'}}, maximum_object_size = 200000000
        )
    ),

    identities as (
        select
            record,
            record."userIdentity" as identity,
            record."userIdentity"."sessionContext"."sessionIssuer" as issuer,
            record."userIdentity"."sessionContext"."attributes" as attributes
        from records
    )

    select
        {columns},
        identity.type as identity_type, identity."principalId" as principal_id,
        identity.arn as identity_arn, identity."accountId" as identity_account_id,
        identity."accessKeyId" as access_key_id, identity."userName" as user_name,
        identity."invokedBy" as invoked_by, issuer.type as issuer_type, issuer.arn as issuer_arn,
        issuer."principalId" as issuer_id, issuer."accountId" as issuer_account_id,
        issuer."userName" as issuer_user_name, attributes."creationDate" as created_at,
        attributes."mfaAuthenticated" as mfa, identity."sessionContext"."sourceIdentity" as source,
        record."tlsDetails"."tlsVersion" as tls, record."tlsDetails"."cipherSuite" as cipher_suite,
        record."tlsDetails"."clientProvidedHostHeader" as host,
        record."eventTime"::date as day
    from identities
    order by record."eventTime"
) to '{target}' (format parquet, partition_by (day), compression zstd, compression_level 1)
"""
TOP_FIELDS = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "eventCategory",
    "apiVersion",
]


def run_duckdb(source: Path, target: Path) -> None:
    """Convert the files to sorted Parquet files by day."""
    import duckdb

    query = CONVERSION.format(
        records=RECORDS.replace("'", "''"),
        columns=", ".join(f'record."{name}"' for name in TOP_FIELDS),
        target=target / "parquet",
    )
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    connection.execute(query, {"source": f"{source}/**/*.json.gz"})


# ── measuring ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds on the clock, seconds of processor time, and peak memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measured(way: str, source: Path) -> Run:
    """Run one way in a new process and watch it and its children."""
    with tempfile.TemporaryDirectory(prefix="roletrail-benchmark-") as target:
        started = time.perf_counter()
        command = [sys.executable, __file__, "--run", way, str(source), target]
        process = subprocess.Popen(command, start_new_session=True)
        peak_bytes = 0
        cpu: dict[str, float] = {}
        while process.poll() is None:
            sizes = []
            for folder in _processes(process.pid):
                try:
                    cpu[folder.name] = _cpu_seconds(folder)
                    sizes.append(_proportional_bytes(folder))
                except OSError:  # it has ended
                    continue
            peak_bytes = max(peak_bytes, sum(sizes))
            time.sleep(SAMPLE_SECONDS)
        seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{way} failed")
    return Run(seconds, sum(cpu.values()), peak_bytes)


def _processes(group: int) -> Iterator[Path]:
    """Yield the process folders of a group; none where there is no /proc."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            yield folder


def _cpu_seconds(folder: Path) -> float:
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _proportional_bytes(folder: Path) -> int:
    """Return a process's memory, with what it shares divided among those who share it."""
    for line in (folder / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def main() -> None:
    """Make the input, run both ways in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--shape", choices=SHAPES, default="large")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        way, source, target = arguments.run
        {"roletrail": run_roletrail, "duckdb": run_duckdb}[way](Path(source), Path(target))
        return
    with tempfile.TemporaryDirectory(prefix="roletrail-benchmark-") as source:
        MadeUpTrail(arguments.events).write(Path(source), SHAPES[arguments.shape])
        runs: dict[str, list[Run]] = {way: [] for way in WAYS}
        for _ in range(arguments.runs):
            for way in WAYS:
                runs[way].append(measured(way, Path(source)))
    print(f"{arguments.events:,} events, {SHAPES[arguments.shape]:,} to a file, best of runs")
    print(f"{'way':<10} {'events/s':>10} {'cpu s':>7} {'peak MB':>8} {'ratio':>6}")
    slowest = min(run.seconds for run in runs["duckdb"])
    for way in WAYS:
        best = min(runs[way], key=lambda run: run.seconds)
        peak = max(run.peak_bytes for run in runs[way]) / 1e6
        rate = arguments.events / best.seconds
        cpu = min(run.cpu_seconds for run in runs[way])
        print(f"{way:<10} {rate:>10,.0f} {cpu:>7.1f} {peak:>8,.0f} {slowest / best.seconds:>6.2f}")


if __name__ == "__main__":
    main()

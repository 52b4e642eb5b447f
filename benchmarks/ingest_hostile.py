"""Files made to exhaust memory: what becomes of each, and the peak memory of ingesting them.

    python benchmarks/ingest_hostile.py [--only NAME…] [--processes 2]

Makes each file, ingests it into a new lake in a process of its own, then all of them in one run.
Prints the records, why some were rejected, and the peak memory of all processes together (Linux
only), and fails if that is over 1.5 GB. The files take about 1.5 GB of disk.
"""

import argparse
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SEED = 20_260_914
LIMIT = 1_500_000_000  # bytes of all processes together
SAMPLE_SECONDS = 0.05
MEBIBYTE = 2**20
RECORD = {
    "eventVersion": "1.11",
    "userIdentity": {"type": "IAMUser", "accountId": "123456789012", "userName": "test-user"},
    "eventTime": "2026-09-14T08:12:33Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "awsRegion": "eu-central-1",
    "sourceIPAddress": "10.20.2.16",
    "userAgent": "aws-cli/2.17",
    "requestParameters": {"bucketName": "example", "key": "a.txt"},
    "responseElements": None,
    "eventType": "AwsApiCall",
    "recipientAccountId": "123456789012",
    "eventCategory": "Data",
}


# ── the files ────────────────────────────────────────────────────────────────────────────────


def record(event_id: str, **fields: object) -> bytes:
    """Return a record's text."""
    return json.dumps({**RECORD, "eventID": event_id, **fields}, separators=(",", ":")).encode()


def log(*records: bytes) -> bytes:
    """Return a log file's text."""
    return b'{"Records":[%s]}' % b",".join(records)


def bomb(start: bytes, repeated: bytes, times: int, end: bytes = b"") -> Iterator[bytes]:
    """Yield gzip data that says the start, then one piece many times, then the end.

    The piece is packed once: after a full flush it stands for itself wherever it is put.
    """
    packer = zlib.compressobj(9, wbits=31)
    yield packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(repeated) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(times):
        yield piece
    yield packer.compress(end) + packer.flush()


def zeros() -> Iterator[bytes]:
    """Yield 10 GB of zeros."""
    return bomb(b"", b"\x00" * (64 * MEBIBYTE), 149)


def repeated_records() -> Iterator[bytes]:
    """Yield 10 GB of one record, over and over, in one log file."""
    count = 64 * MEBIBYTE // len(record("same"))
    return bomb(b'{"Records":[', (record("same") + b",") * count, 149, record("last") + b"]}")


def nested_gzip() -> Iterator[bytes]:
    """Yield gzip in gzip in gzip, 10 GB in the end."""
    inner = gzip.compress(b"".join(zeros()), mtime=0)
    yield gzip.compress(inner, mtime=0)


def fifty_megabytes() -> Iterator[bytes]:
    """Yield 50 MB of gzip, all good records."""
    pick = random.Random(SEED)
    packer = zlib.compressobj(1, wbits=31)
    packed = packer.compress(b'{"Records":[')
    size = number = 0
    while size < 50 * 10**6:
        yield packed
        size += len(packed)
        key = {"bucketName": "example", "key": pick.randbytes(150).hex(), "note": "x" * 900}
        record_text = record(f"event-{number}", requestParameters=key)
        packed = packer.compress((b"," if number else b"") + record_text)
        number += 1
    yield packed + packer.compress(b"]}") + packer.flush()


def long_text() -> Iterator[bytes]:
    """Yield 300 MB in one text value."""
    yield b'{"Records":[%s,' % record("before")
    before, after = record("long", errorMessage="⟦⟧").split(json.dumps("⟦⟧")[1:-1].encode())
    yield before
    for _ in range(300):
        yield b"x" * 10**6
    yield b"%s,%s]}" % (after, record("after"))


def long_text_packed() -> Iterator[bytes]:
    """Yield the same, packed."""
    packer = zlib.compressobj(1, wbits=31)
    for piece in long_text():
        yield packer.compress(piece)
    yield packer.flush()


def nested_value() -> Iterator[bytes]:
    """Yield 100,000 lists in each other, in one value."""
    odd = record("deep", odd="⟦⟧").replace(
        json.dumps("⟦⟧").encode(), b"[" * 100_000 + b"]" * 100_000
    )
    yield log(record("before"), odd, record("after"))


def nested_document() -> Iterator[bytes]:
    """Yield 100,000 objects in each other, and nothing else."""
    yield b'{"Records":' * 100_000 + b"[]" + b"}" * 100_000


def empty_records() -> Iterator[bytes]:
    """Yield a million empty records."""
    yield log(*[b"{}"] * 10**6)


def empty_lines() -> Iterator[bytes]:
    """Yield a million lines with an empty record each."""
    yield b"{}\n" * 10**6


def many_keys() -> Iterator[bytes]:
    """Yield a million fields that nobody knows, in one record."""
    yield log(record("many", **{f"field-{number}": number for number in range(10**6)}))


def many_keys_inside() -> Iterator[bytes]:
    """Yield a million fields in the parameters of one record."""
    keys = {f"field-{number}": number for number in range(10**6)}
    yield log(record("many-inside", requestParameters=keys))


def many_tokens() -> Iterator[bytes]:
    """Yield a million names of session tokens, which have to be replaced one by one."""
    tokens = [{"sessionToken": "x" * 20}] * 10**6
    yield log(record("tokens", requestParameters=tokens))


def many_lists() -> Iterator[bytes]:
    """Yield ten million empty lists in a field that nobody knows, in one record."""
    lists = b"[" + b"[]," * (10**7 - 1) + b"[]]"
    yield log(record("many-lists", odd="⟦⟧").replace(json.dumps("⟦⟧").encode(), lists))


def many_lists_of_caller() -> Iterator[bytes]:
    """Yield the same in what says who called."""
    lists = b'{"odd":[' + b"[]," * (10**7 - 1) + b"[]]}"
    odd = record("many-lists-of-caller", userIdentity="⟦⟧")
    yield log(odd.replace(json.dumps("⟦⟧").encode(), lists))


def many_lists_in_answer() -> Iterator[bytes]:
    """Yield the same in an answer that seems to hand out credentials, of a call about a fleet."""
    lists = b'{"credentials":[' + b"[]," * (10**7 - 1) + b"[]]}"
    odd = record(
        "many-lists-in-answer",
        eventSource="appstream.amazonaws.com",
        eventName="CreateFleet",
        responseElements="⟦⟧",
    )
    yield log(odd.replace(json.dumps("⟦⟧").encode(), lists))


def many_resources() -> Iterator[bytes]:
    """Yield ten million empty resources in one record."""
    resources = b"[" + b"{}," * (10**7 - 1) + b"{}]"
    odd = record("many-resources", resources="⟦⟧")
    yield log(odd.replace(json.dumps("⟦⟧").encode(), resources))


def open_quote() -> Iterator[bytes]:
    """Yield a session report whose first quote is never closed, 200 MB."""
    yield b'user_session_id,session_start_time\n"'
    for _ in range(200):
        yield b"s-1,2026-09-14T08:00:00Z\n" * 40_000


def many_elements() -> Iterator[bytes]:
    """Yield an answer of the AWS CLI with a million subnets that have no id."""
    yield b'{"Subnets":[%s]}' % b",".join([b"{}"] * 10**6)


FILES: dict[str, Callable[[], Iterator[bytes]]] = {
    "zeros.json.gz": zeros,
    "repeated-records.json.gz": repeated_records,
    "nested-gzip.json.gz": nested_gzip,
    "fifty-megabytes.json.gz": fifty_megabytes,
    "long-text.json": long_text,
    "long-text-packed.json.gz": long_text_packed,
    "nested-value.json": nested_value,
    "nested-document.json": nested_document,
    "empty-records.json": empty_records,
    "empty-lines.json": empty_lines,
    "many-keys.json": many_keys,
    "many-keys-inside.json": many_keys_inside,
    "many-tokens.json": many_tokens,
    "many-lists.json": many_lists,
    "many-lists-of-caller.json": many_lists_of_caller,
    "many-lists-in-answer.json": many_lists_in_answer,
    "many-resources.json": many_resources,
    "open-quote.csv": open_quote,
    "many-elements.json": many_elements,
}


# ── measuring ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Run:
    """What a run said, and its peak memory in bytes."""

    said: str
    peak_bytes: int


def ingest_files(source: Path, processes: int) -> None:
    """Ingest the files into a new lake and say what became of them."""
    from ingest import ingest
    from lake import open_lake
    from lake.connection import connect

    with tempfile.TemporaryDirectory(prefix="roletrail-hostile-") as folder:
        lake = open_lake(Path(folder) / "lake", create=True)
        summary = ingest(lake, [source], processes=processes)
        if not summary.balances:
            raise SystemExit(f"records were lost: {summary}")
        with connect(lake, ["rejected_records"]) as connection:
            reasons = connection.execute(
                "select reason, count(*) from rejected_records group by 1 order by 2 desc limit 2"
            ).fetchall()
    why = "; ".join(f"{count:,} times: {reason}" for reason, count in reasons)
    written = summary.events_written + summary.evidence_records
    print(f"{summary.records_read:,}|{written:,}|{why[:110]}")


def measured(source: Path, processes: int) -> Run:
    """Ingest in a new process and watch it and its children."""
    command = [sys.executable, __file__, "--run", str(source), str(processes)]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE, text=True)
    peak_bytes = 0
    while process.poll() is None:
        peak_bytes = max(peak_bytes, sum(_proportional_bytes(process.pid)))
        time.sleep(SAMPLE_SECONDS)
    said = process.stdout.read().strip() if process.stdout else ""
    return Run(said if process.returncode == 0 else "FAILED||", peak_bytes)


def _proportional_bytes(group: int) -> Iterator[int]:
    """Yield the memory of each process of a group, shared pages divided among the sharers."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) != group:
                continue
            lines = (folder / "smaps_rollup").read_text().splitlines()
        except OSError:  # it has ended
            continue
        yield from (int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def main() -> None:
    """Make each file, ingest it, then ingest them all, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=FILES, default=list(FILES))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        ingest_files(Path(arguments.run[0]), int(arguments.run[1]))
        return
    print(f"{'file':<26} {'peak MB':>8} {'read':>10} {'written':>9}  reasons", flush=True)
    peaks = []
    with tempfile.TemporaryDirectory(prefix="roletrail-hostile-") as folder:
        for name in [*arguments.only, "all"]:
            if name != "all":
                with (Path(folder) / name).open("wb") as file:
                    file.writelines(FILES[name]())
            source = Path(folder) if name == "all" else Path(folder) / name
            run = measured(source, arguments.processes)
            read, written, reasons = run.said.split("|", 2)
            peak = run.peak_bytes / 10**6
            peaks.append(run.peak_bytes)
            row = f"{name:<26} {peak:>8,.0f} {read:>10} {written:>9}"
            print(f"{row}  {reasons}", flush=True)
    if max(peaks) > LIMIT:
        raise SystemExit(f"error: {max(peaks) / 10**6:,.0f} MB is over {LIMIT / 10**6:,.0f} MB")


if __name__ == "__main__":
    main()

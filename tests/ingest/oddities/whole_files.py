"""Files that are odd as a whole, by their name."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.ingest.oddities.records import (
    AGGREGATED,
    INSIGHT,
    NETWORK_ACTIVITY,
    TIME,
    TOKEN,
    Record,
    issue,
    ordinary,
    without,
)

DEEP = 5_000


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one file; their ids begin with its name."""

    name: str

    @property
    def first(self) -> Record:
        """An ordinary record."""
        return ordinary(f"{self.name}-first")

    @property
    def second(self) -> Record:
        """Another one."""
        return ordinary(f"{self.name}-second")

    def odd(self, **fields: object) -> Record:
        """Return the odd one."""
        return ordinary(f"{self.name}-odd", **fields)


def text(document: object) -> bytes:
    """Return JSON as CloudTrail writes it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def log(*records: object) -> bytes:
    """Return the text of a log file."""
    return text({"Records": records})


def packed(content: bytes) -> bytes:
    """Return the text as gzip, the same each time."""
    return gzip.compress(content, mtime=0)


def files(name: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and content, with ids that begin with the given name."""
    records = Records(name)
    yield from _containers(records.first, records.second)
    yield from _bytes(records.first, records.second)
    yield from _json(records)
    yield from _kinds()
    yield from _several_records(records)


def _containers(first: Record, second: Record) -> Iterator[tuple[str, bytes]]:
    envelope = {"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": first}
    looked_up = {
        "EventId": first["eventID"],
        "ReadOnly": "true",
        "CloudTrailEvent": json.dumps(first),
    }
    yield "records-empty.json.gz", packed(log())
    yield "records-null.json", b'{"Records":null}'
    yield "records-object.json", text({"Records": first})
    yield "lines.json", text(first) + b"\n" + text(second) + b"\n"
    yield "lines-of-log-files.json", log(first) + b"\r\n" + log(second)
    yield "list.json", text([first, second])
    yield "single-record.json", text(first)
    yield "lookup-events.json", text({"Events": [looked_up], "NextToken": "x"})
    yield "lookup-events-broken.json", text({"Events": [{"CloudTrailEvent": '{"eventID":'}]})
    yield "eventbridge.json", text(envelope)
    yield "eventbridge-lines.json", text(envelope) + b"\n" + text({**envelope, "detail": second})
    yield "pretty.json", json.dumps({"Records": [first, second]}, indent=2).encode()
    yield "more-beside-records.json", text({"Records": [first], "nextToken": "x"})
    yield (
        "lake-query.json",
        text([{"eventID": first["eventID"], "eventTime": "2026-09-14 08:12:33.000"}]),
    )


def _bytes(first: Record, second: Record) -> Iterator[tuple[str, bytes]]:
    whole = packed(log(first, second))
    stored = gzip.compress(log(first, second), 0, mtime=0)
    yield "uncompressed.json", log(first)
    yield "text-named-gz.json.gz", log(first)
    yield "gzip-named-json.json", packed(log(first))
    yield "gzip-truncated.json.gz", stored[: -len(text(second)) // 2]
    yield "gzip-without-trailer.json.gz", whole[:-8]
    yield "gzip-header-only.json.gz", whole[:10]
    yield "gzip-damaged.json.gz", whole[:40] + bytes(byte ^ 0xFF for byte in whole[40:])
    yield "gzip-wrong-checksum.json.gz", whole[:-8] + b"\x00" * 4 + whole[-4:]
    half = log(first, second)
    yield "gzip-members.json.gz", packed(half[:500]) + packed(half[500:])
    yield "gzip-trailing-bytes.json.gz", whole + b"\x00" * 512 + b"trailing"
    yield "gzip-in-gzip.json.gz", packed(packed(log(first)))
    yield "empty.json", b""
    yield "blank.json", b" \n\n"
    yield "utf-8-bom.json", b"\xef\xbb\xbf" + log(first)
    yield "utf-16.json", log({**first, "userAgent": "보고서"}).decode().encode("utf-16")
    yield "utf-8-bad.json", log(first, second).replace(b"a.txt", b"\xff\xfe", 1)
    yield "latin-1.json", log({**first, "userAgent": "Z\u00fcrich"}).decode().encode("latin-1")
    yield "nul-bytes.json", log(first, second).replace(b"a.txt", b"a\x00b", 1)
    yield "garbage.json", b"\x89PNG\r\n\x1a\n\x00\x00"
    yield "html.json", b"<html><body>AccessDenied</body></html>"


def _json(records: Records) -> Iterator[tuple[str, bytes]]:
    first, second = records.first, records.second

    def odd(value: bytes) -> bytes:
        before, _, after = log(first, records.odd()).rpartition(b'"a.txt"}')
        return before + value + b"}" + after

    yield "nul-escaped.json", odd(rb'"a\u0000b"')
    yield "surrogate-half.json", odd(rb'"a\udc00"')
    yield "surrogate-pair-escaped.json", odd(rb'"\ud83c\udf89"')
    yield "escaped-name.json", odd(b'1,"\\u0073essionToken":"%s"' % TOKEN.encode())
    yield "nan.json", odd(b"NaN")
    yield "infinity.json", odd(b"-Infinity")
    yield "number-of-5000-digits.json", odd(b"7" * 5000)
    yield "number-too-large.json", odd(b"1e999")
    new_field = b',"newField":%s,"eventType"'
    yield (
        "new-field-of-5000-digits.json",
        log(first).replace(b',"eventType"', new_field % (b"7" * 5000)),
    )
    yield "new-field-too-large.json", log(first).replace(b',"eventType"', new_field % b"-1e999")
    yield "nested-190-deep.json", odd(b"[" * 190 + b"]" * 190)
    yield "nested-5000-deep.json", odd(b"[" * DEEP + b"]" * DEEP)
    yield (
        "nested-900-deep-in-new-field.json",
        log(first).replace(b',"eventType"', new_field % (b"[" * 900 + b"]" * 900)),
    )
    yield "keys-twice.json", log(first).replace(b'"eventID"', b'"eventID":"earlier","eventID"')
    twice = b'"requestParameters":{"sessionToken":"%s"},"requestParameters"' % TOKEN.encode()
    yield "parts-twice.json", log(first).replace(b'"requestParameters"', twice)
    yield "comma-at-the-end.json", log(first)[:-2] + b",]}"
    yield "single-quotes.json", b"{'Records': []}"
    before, _, _ = log(first, issue(records.odd()["eventID"])).rpartition(TOKEN[-100:].encode())
    cut_in_token = before + TOKEN[-100:-50].encode()
    yield "ended-early.json", log(first, second)[:-20]
    yield "ended-early-in-token.json", cut_in_token
    yield "elements-of-all-kinds.json", log(1, None, "text", [], {}, 1.5, first)


def _kinds() -> Iterator[tuple[str, bytes]]:
    digest = {"awsAccountId": "1", "digestStartTime": TIME, "digestEndTime": TIME, "logFiles": []}
    yield "insight.json", log(INSIGHT)
    yield "network-activity.json", log(NETWORK_ACTIVITY)
    yield "aggregated.json", log(AGGREGATED)
    yield "digest.json", text(digest)
    lake = {"QueryStatus": "FINISHED", "QueryResultRows": [[{"eventID": "a"}, {"eventTime": TIME}]]}
    yield "lake-query-results.json", text(lake)
    yield (
        "s3-access-log.txt",
        b"79a5 example [14/Sep/2026:08:12:33 +0000] 10.0.0.1 - REST.GET.OBJECT\n",
    )
    yield "other-json.json", text({"Buckets": [{"Name": "example"}]})
    yield (
        "applications-report.csv",
        b"user_session_id,application_name,schedule,year,month,day\ns-1,Excel,DAILY,2026,09,14\n",
    )
    report = b"user_session_id,session_start_time,user_id\n"
    yield "report-bad-row.csv", report + b"s-1,2026-09-14T08:00:00Z,hoge\ns-2,soon,fuga\n"
    yield "report-bad-utf-8.csv", report + b"s-1,2026-09-14T08:00:00Z,\xff\n"
    yield (
        "report-bad-utf-8-in-header.csv",
        b"user_session_id,session_start_time,\xff\ns-1,2026-09-14T08:00:00Z,hoge\n",
    )
    fleets = [{"Name": "test-fleet", "SessionToken": TOKEN}, {"State": "RUNNING"}]
    yield "fleets.json", text({"Fleets": fleets})
    yield "fleets-null.json", b'{"Fleets":null}'


def _several_records(records: Records) -> Iterator[tuple[str, bytes]]:
    first, second = records.first, records.second
    yield "same-id-twice.json", log(first, first)
    yield "same-id-other-content.json", log(first, {**first, "errorCode": "AccessDenied"})
    yield (
        "same-id-other-account.json",
        log(first, {**first, "recipientAccountId": "210987654321"}),
    )
    addendum = {"reason": "UPDATED_DATA", "originalEventID": first["eventID"]}
    yield "addendum-to-another.json", log(first, {**second, "addendum": addendum})
    yield "bad-among-good.json", log(first, without(issue("x"), "eventID"), second)
    yield "event-id-number.json", log({**first, "eventID": 17})

"""Buckets that fail, stall, break off and change: nothing is lost, nothing doubled, no run ends.

Pauses and time limits are made short, and nothing here depends on how long anything takes.
"""

import contextlib
import gzip
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import IngestError, IngestSummary, ingest
from ingest.s3_listing import Bucket
from ingest.s3_reading import pieces_of_object
from lake import Lake, open_lake
from tests.ingest.fault_proxy import (
    ERRORS,
    LASTING,
    PASSING,
    Fault,
    FaultProxy,
    Request,
    fault_proxy,
)
from tests.ingest.log_files import LOG_KEY, event_ids, ledger, log_file, record, text

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SILENCE = timedelta(seconds=2)
STALL_SECONDS = 6.0
ODD_KEY = "logs//odd.json"  # one of those that obstore doesn't take
REASONS = {
    Fault.DENIED: "access denied. It takes s3:GetObject, and kms:Decrypt if a key encrypts it",
    Fault.GONE: "it is not there any more",
    Fault.OTHER_VERSION: "it changed after it was listed. The next run takes it as it is then",
}


@pytest.fixture
def proxy(
    s3: "S3Client",
    aws_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FaultProxy]:
    """Yield a proxy before the moto server, which ingest asks from now on."""
    s3.create_bucket(
        Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    monkeypatch.setattr("ingest.s3_reading.SILENCE", SILENCE)
    monkeypatch.setattr("ingest.s3_reading.FIRST_PAUSE", timedelta(milliseconds=1))
    monkeypatch.setattr("ingest.s3_reading.LONGEST_PAUSE", timedelta(milliseconds=2))
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", no_pause)
    with fault_proxy(aws_environment["AWS_ENDPOINT_URL"], STALL_SECONDS) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
        yield running


def no_pause(*_: object) -> float:
    return 0.0


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return a new lake."""
    return open_lake(tmp_path / "lake", create=True)


def put(s3: "S3Client", *keys: str) -> list[str]:
    """Put a log file under each key, with one event of the same name as id; return the ids."""
    for key in keys:
        s3.put_object(Bucket="trail", Key=key, Body=log_file(record(eventID=key)))
    return sorted(keys)


def run(lake: Lake) -> IngestSummary:
    summary = ingest(lake, ["s3://trail/"], processes=1)
    assert summary.balances
    return summary


def after_each_other(faults: Iterator[Fault], _: Request) -> Fault:
    return next(faults, Fault.NONE)


KEYS = [LOG_KEY.format(number) for number in range(3)]


@pytest.mark.parametrize("key", [KEYS[1], ODD_KEY])
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_not_even_noticed(
    s3: "S3Client", proxy: FaultProxy, lake: Lake, fault: Fault, key: str
) -> None:
    ids = put(s3, *{*KEYS, key})
    proxy.fault_of = lambda one: fault if one.key == key and one.number < 2 else Fault.NONE
    summary = run(lake)
    assert (summary.objects_rejected, event_ids(lake)) == (0, ids)
    assert [done for one, done in proxy.done if one.key == key][:3] == [fault, fault, Fault.NONE]


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_of_a_listing_that_passes_is_not_even_noticed(
    s3: "S3Client", proxy: FaultProxy, lake: Lake, fault: Fault
) -> None:
    ids = put(s3, *KEYS)
    proxy.fault_of = lambda one: fault if one.is_listing and one.number < 2 else Fault.NONE
    assert run(lake).objects_rejected == 0
    assert event_ids(lake) == ids


@pytest.mark.parametrize("key", [KEYS[1], ODD_KEY])
@pytest.mark.parametrize("fault", LASTING)
def test_a_fault_that_lasts_is_said_and_the_next_run_tries_again(
    s3: "S3Client", proxy: FaultProxy, lake: Lake, fault: Fault, key: str
) -> None:
    ids = put(s3, *{*KEYS, key})
    proxy.fault_of = lambda one: fault if one.key == key else Fault.NONE
    summary = run(lake)
    assert (summary.objects_rejected, summary.events_written) == (1, len(ids) - 1)
    assert summary.first_rejection == f"{key.rpartition('/')[2]}: {REASONS[fault]}"
    assert key.rpartition("/")[2] not in ledger(lake)
    proxy.start_over(lambda _: Fault.NONE)
    assert run(lake).objects_new == 1
    assert event_ids(lake) == ids


@pytest.mark.parametrize("key", [KEYS[1], ODD_KEY])
@pytest.mark.parametrize("fault", [Fault.SLOW_DOWN, Fault.RESET, Fault.TRUNCATED])
def test_a_fault_that_does_not_pass_ends_as_one_that_lasts(
    s3: "S3Client", proxy: FaultProxy, lake: Lake, fault: Fault, key: str
) -> None:
    ids = put(s3, *{*KEYS, key})
    proxy.fault_of = lambda one: fault if one.key == key else Fault.NONE
    summary = run(lake)
    assert (summary.objects_rejected, summary.events_written) == (1, len(ids) - 1)
    assert "\n" not in str(summary.first_rejection)
    proxy.start_over(lambda _: Fault.NONE)
    run(lake)
    assert event_ids(lake) == ids


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.DENIED, "s3://trail may not be listed: Access Denied. It takes s3:ListBucket"),
        (Fault.SLOW_DOWN, "s3://trail can't be listed: throttled for too long (SlowDown)"),
        (Fault.RESET, "s3://trail can't be listed: "),
    ],
)
def test_a_bucket_that_can_not_be_listed_ends_the_run_with_one_line(
    s3: "S3Client", proxy: FaultProxy, lake: Lake, fault: Fault, said: str
) -> None:
    ids = put(s3, *KEYS)
    proxy.fault_of = lambda one: fault if one.is_listing else Fault.NONE
    with pytest.raises(IngestError) as caught:
        run(lake)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
    proxy.start_over(lambda _: Fault.NONE)
    run(lake)
    assert event_ids(lake) == ids


def test_an_object_that_is_written_anew_between_two_pieces_is_not_mixed(
    s3: "S3Client", proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.s3_reading.PIECE_BYTES", 1000)
    s3.put_object(Bucket="trail", Key="a.json", Body=b"a" * 2500)
    pieces = pieces_of_object(Bucket("trail").access(), "a.json")
    assert next(pieces) == b"a" * 1000
    s3.put_object(Bucket="trail", Key="a.json", Body=b"b" * 2500)
    with pytest.raises(OSError, match=r"^it changed after it was listed"):
        list(pieces)
    assert len(proxy.done) == 2


def test_an_object_that_is_written_anew_after_it_was_listed_is_taken_once_as_it_is_then(
    s3: "S3Client", proxy: FaultProxy, lake: Lake
) -> None:
    put(s3, *KEYS)

    def write(request: Request) -> Fault:
        if request.key == KEYS[1]:
            body = log_file(record(eventID="other"))
            s3.put_object(Bucket="trail", Key=KEYS[1], Body=body)
        return Fault.NONE

    proxy.fault_of = write
    assert run(lake).objects_rejected == 1
    assert event_ids(lake) == sorted([KEYS[0], KEYS[2]])
    proxy.start_over(lambda _: Fault.NONE)
    assert run(lake).events_written == 1
    assert event_ids(lake) == sorted([KEYS[0], KEYS[2], "other"])


def test_a_large_object_is_read_on_from_where_it_broke_off(
    s3: "S3Client", proxy: FaultProxy, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.s3_reading.PIECE_BYTES", 2**14)
    monkeypatch.setattr("ingest.workers.LARGEST_FETCHED", 2**14)
    noise = random.Random(1).randbytes(2**16).hex()
    records = [record(number, requestParameters={"noise": noise}) for number in range(4)]
    body = gzip.compress(text({"Records": records}))
    s3.put_object(Bucket="trail", Key=KEYS[0], Body=body)
    proxy.fault_of = lambda one: (
        PASSING[one.number % len(PASSING)] if one.number % 3 else Fault.NONE
    )
    assert run(lake).events_written == 4
    assert len(proxy.done) > len(body) // 2**14


@pytest.mark.parametrize("is_paid", [True, False])
def test_the_requester_pays_for_listings_and_objects_if_told_to(
    s3: "S3Client", proxy: FaultProxy, lake: Lake, *, is_paid: bool
) -> None:
    put(s3, KEYS[0], ODD_KEY)
    ingest(lake, ["s3://trail/"], processes=1, is_requester_pays=is_paid)
    assert {one.is_listing for one, _ in proxy.done} == {True, False}
    assert {one.is_paid for one, _ in proxy.done} == {is_paid}


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.lists(st.sampled_from([*Fault, *PASSING]), min_size=4, max_size=12),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_happens_all_is_there_once_in_the_end(
    s3: "S3Client",
    proxy: FaultProxy,
    tmp_path_factory: pytest.TempPathFactory,
    runs: Sequence[Sequence[Fault]],
) -> None:
    ids = put(s3, *(LOG_KEY.format(number) for number in range(8)), ODD_KEY)
    lake = open_lake(tmp_path_factory.mktemp("lake"), create=True)
    for faults in runs:
        order = iter(faults)
        proxy.start_over(partial(after_each_other, order))
        with contextlib.suppress(IngestError):  # the bucket couldn't be listed
            rejected = run(lake).objects_rejected
            assert rejected == len(ids) - len(event_ids(lake))
    proxy.start_over(lambda _: Fault.NONE)
    run(lake)
    assert event_ids(lake) == ids
    assert run(lake).objects_new == 0


def test_every_fault_is_tried() -> None:
    assert {*PASSING, *LASTING, Fault.NONE} == set(Fault)
    assert set(ERRORS) < set(Fault)

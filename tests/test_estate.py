"""The sample logs are what the generator makes, and the generator keeps to what AWS does."""

import csv
import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.conftest import SAMPLE_LOGS
from tests.estate import SAMPLE, Estate, EstateOptions, build_estate, write_estate
from tests.estate.accounts import DATA, MAIN
from tests.estate.keys import key_ring_of

MADE = ("inventory", "trail", "usage-reports", "truth.tsv")
SMALL = EstateOptions(days=2, streaming_sessions=12, events_per_session=8, other_calls_per_hour=2)
KEY = re.compile(
    r"AWSLogs/(?P<account>\d{12})/(?P<kind>CloudTrail(-NetworkActivity|-Insight)?)/"
    r"(?P<region>[a-z]{2}-[a-z]+-\d)/(?P<day>\d{4}/\d\d/\d\d)/"
    r"(?P=account)_(?P=kind)_(?P=region)_(?P<delivered>\d{8}T\d\d[0-5][05])Z_[0-9A-Za-z]{16}\.json\.gz"
)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Record = dict[str, Any]


# ── the committed sample ─────────────────────────────────────────────────────────────────────


def files_in(folder: Path) -> dict[str, Path]:
    """Return the made files under a folder, by their place in it."""
    places = [folder / name for name in MADE]
    paths = [path for place in places for path in (place, *place.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path for path in paths}


def content_of(path: Path) -> bytes:
    """Return a file's content, decompressed: other builds of zlib pack the same differently."""
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def is_broken(path: Path) -> bool:
    """Return whether this is a gzip file that ends early."""
    if path.suffix != ".gz":
        return False
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    unpacker.decompress(path.read_bytes())
    return not unpacker.eof


def trail_objects(folder: Path) -> Iterator[tuple[str, list[Record]]]:
    """Yield the key and the records of each readable log object; a digest has none."""
    for path in sorted((folder / "trail").rglob("*.json.gz")):
        if not is_broken(path) and "CloudTrail-Digest" not in path.name:
            records = json.loads(content_of(path))["Records"]
            yield path.relative_to(folder / "trail").as_posix(), records


def truth_in(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return [record for _, records in trail_objects(SAMPLE_LOGS) for record in records]


@pytest.fixture(scope="module")
def truth() -> dict[str, dict[str, str]]:
    """Return the sample's truth by event id."""
    return {row["event_id"]: row for row in truth_in(SAMPLE_LOGS)}


def test_the_committed_sample_is_what_the_generator_makes(tmp_path: Path) -> None:
    write_estate(build_estate(SAMPLE), tmp_path)
    made, committed = files_in(tmp_path), files_in(SAMPLE_LOGS)
    assert made.keys() == committed.keys(), "run: make samples"
    different = [
        name
        for name in made
        if not (is_broken(made[name]) and is_broken(committed[name]))
        and content_of(made[name]) != content_of(committed[name])
    ]
    assert not different, "run: make samples"


def test_the_sample_stays_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLE_LOGS.rglob("*.*")) <= 3_000_000


def test_every_delivered_event_is_in_the_truth_once_and_the_other_way_round(
    records: list[Record],
) -> None:
    delivered = {(record["recipientAccountId"], record["eventID"]) for record in records}
    told = Counter((row["recipient_account_id"], row["event_id"]) for row in truth_in(SAMPLE_LOGS))
    assert set(told) == delivered
    assert set(told.values()) == {1}


def test_one_object_is_broken_one_is_empty_and_some_events_come_twice(
    records: list[Record],
) -> None:
    broken = [path for path in SAMPLE_LOGS.rglob("*.gz") if is_broken(path)]
    empty = [key for key, records in trail_objects(SAMPLE_LOGS) if not records]
    repeated = Counter(record["eventID"] for record in records)
    assert (len(broken), len(empty)) == (1, 1)
    assert set(repeated.values()) == {1, 2}


def test_objects_lie_where_aws_would_put_them() -> None:
    for key, records in trail_objects(SAMPLE_LOGS):
        found = KEY.fullmatch(key)
        assert found, key
        assert found["day"].replace("/", "") == found["delivered"][:8]
        for record in records:
            assert (record["recipientAccountId"], record["awsRegion"]) == (
                found["account"],
                found["region"],
            )
            assert re.sub(r"[-:Z]", "", record["eventTime"])[:13] <= found["delivered"]


def test_events_of_the_last_minutes_lie_in_the_folder_of_the_next_day() -> None:
    early = [
        key
        for key, records in trail_objects(SAMPLE_LOGS)
        if any("2026-09-14T23:5" in record["eventTime"] for record in records)
    ]
    assert early
    assert all("/2026/09/15/" in key or "/2026/09/16/" in key for key in early)


def test_the_objects_that_the_readme_names_are_there() -> None:
    named = re.findall(r"_CloudTrail_…_(\w+)_…", (SAMPLE_LOGS / "README.md").read_text())
    keys = [path.name for path in SAMPLE_LOGS.rglob("*.json.gz")]
    assert len(named) == 3
    for time in named:
        assert any(f"{MAIN}_CloudTrail_eu-central-1_{time}_" in key for key in keys), time


def test_keys_of_two_instances_were_copied_out(truth: dict[str, dict[str, str]]) -> None:
    outside = [row for row in truth.values() if row["credential_use"] == "outside"]
    assert len({row["instance"] for row in outside}) == 2
    assert not [row for row in outside if row["user_id"]]


def test_no_event_is_outside_the_two_accounts(records: list[Record]) -> None:
    assert {record["recipientAccountId"] for record in records} == {MAIN, DATA}


def test_event_ids_are_uuids_in_lower_case(records: list[Record]) -> None:
    assert not [one["eventID"] for one in records if not UUID.fullmatch(one["eventID"])]


def test_answers_of_sts_show_session_tokens_in_clear(records: list[Record]) -> None:
    answers = [one["responseElements"] for one in records if one.get("eventName") == "AssumeRole"]
    tokens = [answer["credentials"]["sessionToken"] for answer in answers if answer]
    assert len(set(tokens)) > 100
    assert None in answers, "a denied AssumeRole tells nothing"


def test_a_call_that_crosses_accounts_is_in_both_under_one_shared_id(
    records: list[Record],
) -> None:
    accounts: dict[str, set[str]] = {}
    for record in records:
        if "sharedEventID" in record:
            accounts.setdefault(record["sharedEventID"], set()).add(record["recipientAccountId"])
    assert {MAIN, DATA} in accounts.values()


@pytest.mark.parametrize(
    ("issuing_role", "role_session_name", "workload_kind"),
    [
        ("service-role/AmazonAppStreamServiceAccess", "PhotonSession", "appstream_service"),
        ("test_appstream_role", "PhotonSession", "appstream_fleet"),
        ("user-s3-read", "user-role-session01", "assumed_role"),
        ("ec2-s3-read", r"i-[0-9a-f]{17}", "ec2_instance"),
        ("lambda-s3-read", "test-s3-read-function", "lambda_function"),
        ("ec2-ssm-role", r"i-[0-9a-f]{17}", "ec2_instance"),
    ],
)
def test_each_published_case_is_there_by_name(
    records: list[Record],
    truth: dict[str, dict[str, str]],
    issuing_role: str,
    role_session_name: str,
    workload_kind: str,
) -> None:
    arn = f"arn:aws:iam::{MAIN}:role/{issuing_role}"
    kinds = set()
    for record in records:
        identity = record.get("userIdentity", {})
        issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
        name = identity.get("arn", "").rpartition("/")[2]
        if issuer.get("arn") == arn and re.fullmatch(role_session_name, name):
            kinds.add(truth[record["eventID"]]["workload_kind"])
    assert kinds == {workload_kind}


def test_the_published_event_has_its_published_values(records: list[Record]) -> None:
    (event,) = [one for one in records if one["eventTime"] < "2026"]
    assert event["eventID"] == "f67ab1d4-4fdf-40ca-9584-ad60e6568d17"
    assert event["userIdentity"]["accessKeyId"] == "DUMMY"
    assert event["userIdentity"]["invokedBy"] == "AWS Internal"
    assert event["vpcEndpointId"] == event["additionalEventData"]["vpcEndpointId"] == "vpce-1234"
    assert event["requestParameters"] == {"host": ["s3-eu-central-1.amazonaws.com"]}


def test_hoge_and_fuga_read_their_bucket_at_the_same_time_from_two_instances(
    truth: dict[str, dict[str, str]], records: list[Record]
) -> None:
    rows = [
        truth[record["eventID"]]
        for record in records
        if "2026-09-14T10:05:17Z" < record["eventTime"] < "2026-09-14T10:50:17Z"
        and "mytest-appstream-share-s3" in json.dumps(record.get("requestParameters"))
    ]
    assert {row["user_id"] for row in rows} == {"hoge", "fuga"}
    assert len({row["instance"] for row in rows}) == 2


def test_people_are_named_only_in_their_streaming_session_or_a_minute_around_it(
    truth: dict[str, dict[str, str]], records: list[Record]
) -> None:
    reports = (SAMPLE_LOGS / "usage-reports").rglob("daily-session-report-*.csv")
    rows = [row for path in reports for row in csv.DictReader(path.open(encoding="utf-8"))]
    reported = {row["user_session_id"]: row for row in rows}
    named = 0
    for record in records:
        told = truth[record["eventID"]]
        row = reported.get(told["streaming_session_id"])
        if row is None:
            continue
        named += 1
        assert row["user_id"] == told["user_id"]
        assert row["fleet_name"] == told["fleet_name"]
        assert around(row["session_start_time"], -61) <= record["eventTime"]
        assert record["eventTime"] <= around(row["session_end_time"], 61)
    assert named > 2000


def around(time: str, seconds: int) -> str:
    moment = datetime.fromisoformat(time) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# ── how the estate lives ─────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def estate() -> Estate:
    return build_estate(replace(SMALL, streaming_sessions=150, days=5, people=40))


def test_no_two_instances_have_one_address_of_a_subnet_at_once(estate: Estate) -> None:
    last: dict[tuple[str, str], int] = {}
    reused = 0
    for instance in estate.instances:
        place = (instance.subnet.subnet_id, instance.address)
        reused += place in last
        assert last.get(place, 0) <= instance.boots_at
        last[place] = instance.ends_at
    assert reused


def test_two_vpcs_have_the_same_address_at_once(estate: Estate) -> None:
    assert any(
        one.address == other.address and one.boots_at < other.ends_at <= one.ends_at
        for one in estate.instances
        for other in estate.instances
        if one.vpc.vpc_id != other.vpc.vpc_id
    )


def test_an_instance_for_one_person_ends_after_one_streaming_session(estate: Estate) -> None:
    for instance in estate.instances:
        if not instance.is_shared and instance.streaming_sessions:
            (one,) = instance.streaming_sessions
            assert instance.boots_at < one.started_at < one.ended_at < instance.ends_at


def test_shared_instances_never_hold_more_people_than_they_may(estate: Estate) -> None:
    most = 0
    for instance in estate.instances:
        for one in instance.streaming_sessions if instance.is_shared else ():
            live = len(instance.live_at(one.started_at))
            assert instance.fleet
            assert live <= instance.fleet.max_sessions_per_instance
            most = max(most, live)
    assert most > 1


def test_nobody_streams_twice_at_once_from_one_fleet(estate: Estate) -> None:
    for fleet in estate.fleets:
        sittings = sorted(
            (one.person.user_id, one.started_at, one.ended_at)
            for instance in estate.instances
            if instance.owner is fleet
            for one in instance.streaming_sessions
        )
        for before, after in pairwise(sittings):
            assert before[0] != after[0] or before[2] < after[1]


def test_a_fleets_role_changes_only_while_it_has_no_instance(estate: Estate) -> None:
    (lab,) = [fleet for fleet in estate.fleets if fleet.name == "lab-fleet"]
    assert len({period.role for period in lab.periods}) == 2
    for instance in estate.instances:
        if instance.owner is lab:
            (period,) = [
                one for one in lab.periods if one.starts_at <= instance.boots_at < one.ends_at
            ]
            assert instance.role == period.role
            assert instance.ends_at <= period.ends_at


def test_keys_are_renewed_before_they_expire_and_overlap(estate: Estate) -> None:
    instance = max(estate.instances, key=lambda one: one.ends_at - one.boots_at)
    keys = key_ring_of(instance, estate.options, Random(1)).keys
    assert len(keys) > 3
    for before, after in pairwise(keys):
        assert before.created_at < after.created_at < before.expires_at
    assert len({key.access_key_id for key in keys}) == len(keys)


# ── what the options do ──────────────────────────────────────────────────────────────────────


def written(folder: Path, **changes: Any) -> Path:  # noqa: ANN401  # any option of the estate
    write_estate(build_estate(replace(SMALL, **changes)), folder)
    return folder


def test_another_seed_makes_another_estate(tmp_path: Path) -> None:
    one, other = written(tmp_path / "1", seed=1), written(tmp_path / "2", seed=2)
    assert not {row["event_id"] for row in truth_in(one)} & {
        row["event_id"] for row in truth_in(other)
    }


def test_lost_objects_are_lost_to_the_truth_as_well(tmp_path: Path) -> None:
    whole = {row["event_id"] for row in truth_in(written(tmp_path / "whole"))}
    left = written(tmp_path / "left", lost_file_share=0.3)
    delivered = {one["eventID"] for _, records in trail_objects(left) for one in records}
    assert {row["event_id"] for row in truth_in(left)} == delivered < whole


def test_a_missing_report_is_missing_and_the_others_are_not(tmp_path: Path) -> None:
    reports = written(tmp_path, missing_report_days=(0,)).rglob("daily-session-report-*.csv")
    assert [path.stem for path in reports] == ["daily-session-report-2026-09-15"]


def test_issuance_events_name_every_key_that_instances_use(tmp_path: Path) -> None:
    folder = written(tmp_path, with_issuance_events=True, machine_role_session_name="Other")
    issued, used = set(), set()
    for _, records in trail_objects(folder):
        for record in records:
            identity = record["userIdentity"]
            if identity.get("invokedBy") == "appstream.amazonaws.com" and (
                identity["type"] == "AWSService"
            ):
                issued.add(record["responseElements"]["credentials"]["accessKeyId"])
            elif identity.get("arn", "").endswith("/Other"):
                used.add(identity["accessKeyId"])
    assert used
    assert used <= issued


def test_without_overlap_every_vpc_has_addresses_of_its_own() -> None:
    estate = build_estate(replace(SMALL, overlapping_vpcs=False))
    ranges = Counter({fleet.vpc.vpc_id: fleet.vpc.cidr for fleet in estate.fleets}.values())
    assert set(ranges.values()) == {1}

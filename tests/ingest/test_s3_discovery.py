"""Trails in buckets: which folders are listed, from which day on, and that no late file is lost."""

from collections.abc import Sequence
from datetime import date
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import IngestError, ingest
from ingest.listing import LOOK_BACK_DAYS
from ingest.object_keys import facts_of
from ingest.s3_listing import Bucket
from ingest.s3_search import Search
from ingest.selection import KINDS, Selection
from ingest.trail_folders import trail_folder
from lake import Lake, open_lake
from roletrail.commands.ingest import KindOfObject
from roletrail.commands.ingest import ingest as command
from tests.ingest.log_files import event_ids, log_file, record

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ACCOUNTS = ("111111111111", "222222222222")
REGIONS = ("eu-central-1", "us-gov-west-1")


def key(  # noqa: PLR0913 - each part of a key is varied by some test
    day: str = "2026/09/14",
    number: int = 0,
    *,
    account: str = ACCOUNTS[0],
    region: str = REGIONS[0],
    folder: str = "CloudTrail",
    root: str = "AWSLogs/",
) -> str:
    """Return the key under which CloudTrail delivers a file."""
    name = f"{account}_{folder}_{region}_{day.replace('/', '')}T0815Z_{number:016}.json.gz"
    return f"{root}{account}/{folder}/{region}/{day}/{name}"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return a new lake."""
    return open_lake(tmp_path / "lake", create=True)


def make_bucket(s3: "S3Client", name: str = "trail") -> None:
    """Make a bucket in the region that the tests are in."""
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})


def put(s3: "S3Client", *keys: str) -> None:
    """Put a log file under each key, with one event of the same name as id."""
    for place in keys:
        s3.put_object(Bucket="trail", Key=place, Body=log_file(record(eventID=place)))


def taken(lake: Lake, source: str = "s3://trail/AWSLogs/", **options: Any) -> list[str]:  # noqa: ANN401 - as ingest has them
    """Ingest, and return the keys of which events came in."""
    before = set(event_ids(lake))
    ingest(lake, [source], processes=1, **options)
    return sorted(set(event_ids(lake)) - before)


class Listed:
    """Takes down each prefix that is listed, and after which key."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        original = Search._pages

        def pages(search: Search, prefix: str, delimiter: str, start_after: str) -> object:
            self.requests.append((prefix, start_after))
            return original(search, prefix, delimiter, start_after)

        self.watching = patch.object(Search, "_pages", pages)

    def below(self, prefix: str) -> list[tuple[str, str]]:
        return sorted(request for request in self.requests if request[0].startswith(prefix))


# ── what is found ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("root", ["AWSLogs/", "AWSLogs/o-a1b2c3d4e5/", "a/b c/AWSLogs/"])
def test_all_accounts_and_regions_of_a_trail_are_found(
    either_s3: "S3Client", lake: Lake, root: str
) -> None:
    keys = [
        key(day, account=account, region=region, root=root)
        for account in ACCOUNTS
        for region in REGIONS
        for day in ("2025/12/31", "2026/01/01")
    ]
    put(either_s3, *keys)
    assert taken(lake, "s3://trail") == sorted(keys)


def test_an_organisations_and_an_accounts_own_trail_share_a_bucket(
    either_s3: "S3Client", lake: Lake
) -> None:
    keys = [key(root="AWSLogs/o-a1b2c3d4e5/"), key(account=ACCOUNTS[1]), "AWSLogs/loose.json"]
    put(either_s3, *keys)
    assert taken(lake) == sorted(keys)


def test_the_logs_of_other_services_are_not_even_listed(s3: "S3Client", lake: Lake) -> None:
    make_bucket(s3)
    other = f"AWSLogs/{ACCOUNTS[0]}/elasticloadbalancing/"
    put(s3, key(), f"{other}eu-central-1/2026/09/14/x.log.gz")
    listed = Listed()
    with listed.watching:
        assert taken(lake) == [key()]
    assert listed.below(other) == []


def test_a_name_that_is_an_object_is_that_object_alone(either_s3: "S3Client", lake: Lake) -> None:
    put(either_s3, "logs/a.json.gz", "logs/a.json.gz.copy")
    assert taken(lake, "s3://trail/logs/a.json.gz") == ["logs/a.json.gz"]
    assert taken(lake, "s3://trail/logs/") == ["logs/a.json.gz.copy"]


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (
            Selection(account_ids=frozenset([ACCOUNTS[1]])),
            {key(account=ACCOUNTS[1]), "loose.json"},
        ),
        (Selection(regions=frozenset([REGIONS[1]])), {key(region=REGIONS[1]), "loose.json"}),
        (
            Selection(folders=frozenset(["CloudTrail-NetworkActivity"])),
            {key(folder="CloudTrail-NetworkActivity")},
        ),
        (Selection(folders=frozenset([None])), {"loose.json"}),
        (Selection(since=date(2026, 9, 15)), {key("2026/09/15"), key("2026/09/16"), "loose.json"}),
        (Selection(until=date(2026, 8, 2)), {key("2026/08/01"), "loose.json"}),
        (
            Selection(since=date(2026, 9, 15), until=date(2026, 9, 16)),
            {key("2026/09/15"), "loose.json"},
        ),
        (Selection(since=date(2027, 1, 1), folders=frozenset(["CloudTrail"])), set()),
    ],
)
def test_only_what_was_asked_for_is_listed(
    either_s3: "S3Client", selection: Selection, wanted: set[str]
) -> None:
    put(
        either_s3,
        *(key(day) for day in ("2026/08/01", "2026/09/14", "2026/09/15", "2026/09/16")),
        key(account=ACCOUNTS[1]),
        key(region=REGIONS[1]),
        key(folder="CloudTrail-NetworkActivity"),
        "loose.json",
    )
    assert {found.place for found in Bucket("trail").search("", selection).objects} == wanted


def test_only_what_was_asked_for_is_taken(s3: "S3Client", lake: Lake) -> None:
    make_bucket(s3)
    put(s3, key(), key("2026/09/15"), key(folder="CloudTrail-NetworkActivity"), "loose.json")
    options: dict[str, Any] = {"since": date(2026, 9, 15), "kinds": ["cloudtrail"]}
    assert taken(lake, **options, account_ids=[ACCOUNTS[0]]) == [key("2026/09/15")]
    assert taken(lake, **options, account_ids=[ACCOUNTS[1]]) == []


def test_a_kind_that_is_not_there_is_said(lake: Lake) -> None:
    with pytest.raises(IngestError, match=r"^there is no kind insight\. Choose from: cloudtrail, "):
        ingest(lake, [Path()], kinds=["insight"])


def test_the_command_offers_what_there_is() -> None:
    assert {kind.value for kind in KindOfObject} == set(KINDS)
    assert signature(command).parameters["look_back"].default == LOOK_BACK_DAYS


def test_long_spans_are_listed_month_by_month_and_short_ones_at_once(
    s3: "S3Client", lake: Lake
) -> None:
    make_bucket(s3)
    put(s3, *(key(day) for day in ("2025/11/30", "2026/01/01", "2026/09/13", "2026/09/14")))
    region = f"AWSLogs/{ACCOUNTS[0]}/CloudTrail/{REGIONS[0]}/"
    listed = Listed()
    with listed.watching:
        taken(lake, since=date(2026, 9, 14), until=date(2026, 9, 20))
        assert listed.below(region) == [(region, f"{region}2026/09/14")]
        listed.requests.clear()
        taken(lake, since=date(2026, 1, 1))
    assert [place for place, _ in listed.below(region)] == [
        region,
        f"{region}2026/",
        f"{region}2026/01/",
        f"{region}2026/09/",
    ]


# ── again ────────────────────────────────────────────────────────────────────────────────────


def test_only_the_look_back_window_is_listed_again(either_s3: "S3Client", lake: Lake) -> None:
    put(either_s3, key("2026/08/01"), key("2026/09/14"))
    assert taken(lake) == [key("2026/08/01"), key("2026/09/14")]
    late, too_late, newest = key("2026/09/11", 1), key("2026/09/10", 2), key("2026/09/15")
    put(either_s3, late, too_late, newest)
    assert taken(lake) == [late, newest]
    assert taken(lake, look_back_days=30) == [too_late]


def test_a_trail_of_which_some_was_left_out_is_listed_whole(
    either_s3: "S3Client", lake: Lake
) -> None:
    put(either_s3, key("2026/08/01"), key("2026/09/14"))
    assert taken(lake, since=date(2026, 9, 1)) == [key("2026/09/14")]
    assert taken(lake, until=date(2026, 1, 1)) == []
    assert taken(lake, account_ids=[ACCOUNTS[1]]) == []
    assert taken(lake) == [key("2026/08/01")]


def test_a_region_that_is_new_is_listed_whole(either_s3: "S3Client", lake: Lake) -> None:
    put(either_s3, key("2026/09/14"))
    taken(lake)
    copied = key("2026/01/01", region=REGIONS[1])
    put(either_s3, copied)
    assert taken(lake) == [copied]


def test_a_file_of_a_day_to_come_does_not_move_the_window(
    either_s3: "S3Client", lake: Lake
) -> None:
    put(either_s3, key("2026/09/14"), key("2999/01/01"))
    taken(lake)
    put(either_s3, key("2026/09/15"))
    assert taken(lake) == [key("2026/09/15")]


def test_what_could_not_be_read_is_listed_again_however_old(
    either_s3: "S3Client", lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(either_s3, key("2026/01/01"), key("2026/09/14"))

    def refuse(_access: object, place: str, _version: str) -> list[bytes]:
        if "2026/01" in place:
            raise OSError("access denied")
        return [log_file(record(eventID=place))]

    with monkeypatch.context() as context:
        context.setattr("ingest.workers.pieces_of_object", refuse)
        assert taken(lake) == [key("2026/09/14")]
        assert taken(lake) == []
    assert taken(lake) == [key("2026/01/01")]


def test_a_run_that_did_not_end_moves_nothing(
    either_s3: "S3Client", lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(either_s3, key("2026/01/01"), key("2026/09/14"))

    def end(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("ingest.ingestion.take_in", end)
        with pytest.raises(KeyboardInterrupt):
            taken(lake)
    assert taken(lake) == [key("2026/01/01"), key("2026/09/14")]


DAYS = [f"2026/{month:02}/{day:02}" for month in (7, 8, 9) for day in (1, 2, 3, 4, 5, 6, 28)]


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, len(DAYS) - 1), st.integers(0, 3)), max_size=4),
        min_size=2,
        max_size=4,
    )
)
def test_files_up_to_the_look_back_window_late_are_never_lost_nor_doubled(
    localbucket: str,
    aws_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    runs: Sequence[Sequence[tuple[int, int]]],
) -> None:
    import boto3

    for name, value in (aws_environment | {"AWS_ENDPOINT_URL": localbucket}).items():
        monkeypatch.setenv(name, value)
    s3 = boto3.client("s3")
    folder = tmp_path_factory.mktemp("lake")
    bucket = folder.name
    make_bucket(s3, bucket)
    lake = open_lake(folder, create=True)
    delivered, newest = set[str](), date.min
    for run in [[(0, 0)], *runs]:
        for number, region in run:
            day = date.fromisoformat(DAYS[number].replace("/", "-"))
            if (newest - day).days > LOOK_BACK_DAYS:
                continue
            place = key(DAYS[number], region=f"eu-central-{region}")
            s3.put_object(Bucket=bucket, Key=place, Body=log_file(record(eventID=place)))
            delivered.add(place)
        ingest(lake, [f"s3://{bucket}/AWSLogs/"], processes=1)
        assert event_ids(lake) == sorted(delivered)
        newest = max(facts_of(place).day or date.min for place in delivered)


# ── folders ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("prefix", "parts"),
    [
        ("AWSLogs/", (None, None, None, 0)),
        ("x/AWSLogs/o-a1/", (None, None, None, 0)),
        ("AWSLogs/o-a1/111111111111/", ("111111111111", None, None, 0)),
        ("AWSLogs/111111111111/Config/", ("111111111111", "Config", None, 0)),
        (
            "AWSLogs/111111111111/CloudTrail/us-gov-west-1/",
            ("111111111111", "CloudTrail", "us-gov-west-1", 0),
        ),
        (
            "AWSLogs/111111111111/CloudTrail/us-east-1/2026/02/",
            ("111111111111", "CloudTrail", "us-east-1", 2),
        ),
    ],
)
def test_a_folder_of_a_trail_says_what_it_is_for(prefix: str, parts: tuple[object, ...]) -> None:
    folder = trail_folder(prefix)
    assert folder is not None
    assert (folder.account_id, folder.folder, folder.region, folder.dated) == parts


def test_a_folder_of_a_month_ends_with_its_last_day() -> None:
    folder = trail_folder(f"AWSLogs/{ACCOUNTS[0]}/CloudTrail/us-east-1/2028/02/")
    assert folder is not None
    assert (folder.first, folder.last) == (date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize("prefix", ["", "logs/", "AWSLogs/1/", "AWSLogs", "AWSLogs/o-A/x/"])
def test_other_folders_are_none_of_a_trail(prefix: str) -> None:
    assert trail_folder(prefix) is None


@pytest.mark.parametrize("days", ["2026/13/", "0000/", "2026/02/30/"])
def test_days_that_there_are_not_are_listed_all_the_same(days: str) -> None:
    folder = trail_folder(f"AWSLogs/{ACCOUNTS[0]}/CloudTrail/us-east-1/{days}")
    assert folder is not None
    assert folder.is_wanted(Selection(since=date(2026, 1, 1)))

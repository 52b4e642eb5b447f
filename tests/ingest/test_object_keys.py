"""What keys say of account, region, kind and day."""

from datetime import UTC, date, datetime

import pytest

from ingest.object_keys import KeyFacts, facts_of

LOG = "123456789012_{0}_eu-central-1_20260914T2355Z_ifgOe0saI3OxJYV1.json.gz"
DELIVERED_AT = datetime(2026, 9, 14, 23, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    "folder", ["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity"]
)
@pytest.mark.parametrize("place", ["AWSLogs/", "AWSLogs/o-a1b2c3d4e5/", "a/prefix/AWSLogs/"])
def test_a_log_file_says_all(place: str, folder: str) -> None:
    uri = f"s3://trail/{place}123456789012/{folder}/eu-central-1/2026/09/15/{LOG.format(folder)}"
    assert facts_of(uri) == KeyFacts(
        "123456789012", "eu-central-1", folder, DELIVERED_AT, date(2026, 9, 15)
    )


def test_a_log_file_out_of_its_folder_still_says_what_its_name_says() -> None:
    assert facts_of(f"file:///tmp/{LOG.format('CloudTrail')}") == KeyFacts(
        "123456789012", "eu-central-1", "CloudTrail", DELIVERED_AT, date(2026, 9, 14)
    )


def test_a_digest_says_so() -> None:
    uri = (
        "s3://trail/AWSLogs/123456789012/CloudTrail-Digest/eu-central-1/2026/09/15/123456789012_"
        "CloudTrail-Digest_eu-central-1_example-trail_eu-central-1_20260915T100000Z.json.gz"
    )
    assert facts_of(uri) == KeyFacts(
        "123456789012",
        "eu-central-1",
        "CloudTrail-Digest",
        datetime(2026, 9, 15, 10, tzinfo=UTC),
        date(2026, 9, 15),
    )


def test_a_usage_report_says_whose_it_is_and_of_which_day() -> None:
    uri = (
        "s3://appstream-logs-eu-central-1-123456789012-a1b2/sessions/schedule=DAILY/year=2026/"
        "month=09/day=14/daily-session-report-2026-09-14.csv"
    )
    assert facts_of(uri) == KeyFacts("123456789012", "eu-central-1", day=date(2026, 9, 14))


def test_an_inventory_folder_says_whose_it_is() -> None:
    uri = "file:///logs/inventory/123456789012/us-gov-west-1/describe-fleets.json"
    assert facts_of(uri) == KeyFacts("123456789012", "us-gov-west-1")


@pytest.mark.parametrize(
    "uri",
    [
        "file:///tmp/events.json",
        "s3://bucket/2026/13/45/x.json",
        "s3://bucket/123_CloudTrail_x_20269999T9999Z_a.json.gz",
        "s3://bucket/",
        "s3://bucket/\u202e/../\n",
    ],
)
def test_another_key_says_nothing(uri: str) -> None:
    assert facts_of(uri) == KeyFacts()

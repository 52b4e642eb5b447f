"""A lake whose files are in S3 and whose catalog is named by settings, as in production."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyiceberg.utils.config import Config

from lake import open_lake
from lake.commits import commit_batch
from lake.connection import close_to_outside, connect
from tests.lake.event_rows import event, staged

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def test_a_lake_in_s3_takes_batches_and_answers(
    s3: "S3Client", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.create_bucket(
        Bucket="our-lake", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    settings = {
        "TYPE": "sql",
        "URI": f"sqlite:///{tmp_path / 'catalog.db'}",
        "WAREHOUSE": "s3://our-lake/warehouse",
        "S3__REGION": "eu-central-1",
        "S3__ACCESS_KEY_ID": "testing",
        "S3__SECRET_ACCESS_KEY": "testing",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"PYICEBERG_CATALOG__PROD__{name}", value)
    # PyIceberg reads its settings when it is imported.
    monkeypatch.setattr("pyiceberg.catalog._ENV_CONFIG", Config())

    lake = open_lake("catalog:prod", create=True)
    commit_batch(lake, staged(lake, "first", event("a")))
    duplicate = event("a", source_object_id="object-2")
    fresh = event("b", source_object_id="object-2", record_index=1)
    commit_batch(lake, staged(lake, "second", duplicate, fresh))

    with connect(lake) as connection:
        close_to_outside(connection)
        rows = connection.execute("select event_id from events order by event_id").fetchall()
    assert rows == [("a",), ("b",)]
    assert not [path for path in tmp_path.iterdir() if path.name != "catalog.db"]

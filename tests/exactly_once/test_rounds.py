"""Killed anywhere, run again, run beside others: nothing is lost, nothing is there twice.

A few rounds; `benchmarks/exactly_once.py` plays as many as are asked for.
"""

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from tests.exactly_once.nursery import Nursery
from tests.exactly_once.schedule import Experience, Round, folder_of
from tests.exactly_once.trail import Bucket, Folder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="module")
def nursery(
    tmp_path_factory: pytest.TempPathFactory, aws_environment: dict[str, str]
) -> Iterator[Nursery]:
    """Yield what runs the commands."""
    with Nursery(tmp_path_factory.mktemp("exactly-once"), aws_environment) as nursery:
        yield nursery


@pytest.fixture(scope="module")
def experience() -> Experience:
    """Return what is learnt from one round for the next."""
    return Experience()


@pytest.mark.parametrize("seed", [2, 3])
def test_a_folder_is_taken_in_exactly_once(
    nursery: Nursery, experience: Experience, seed: int
) -> None:
    place = Folder(folder_of(seed, nursery.folder))
    Round(seed, place, nursery, experience).play(steps=3)


@pytest.mark.parametrize("seed", [4])
def test_a_bucket_is_taken_in_exactly_once_by_whoever_is_told_of_it(
    s3: "S3Client", nursery: Nursery, experience: Experience, seed: int
) -> None:
    chance = random.Random(seed)
    place = Bucket.made(s3, boto3.client("sqs"), f"trail-{seed}", chance)
    Round(seed, place, nursery, experience).play(steps=3)
    assert place.left() == 0

"""Rounds of runs that are killed anywhere, each held against what was delivered.

    python benchmarks/exactly_once.py [--rounds 300] [--seed 1000] [--minutes N]

The same rounds as in tests/exactly_once, as many as are asked for: a trail grows, and `ingest`,
`follow`, `attribute` and `maintain` run on it alone and beside each other. Three of four die, at a
step of a commit or after a time. Every other round has a bucket and a queue of moto's. Prints how
many runs were killed and each round that went wrong, and ends with status 1 if one did.
"""

import argparse
import logging
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

from tests.exactly_once.nursery import Nursery
from tests.exactly_once.schedule import BrokenError, Experience, Round, folder_of
from tests.exactly_once.trail import Bucket, Folder, Place

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
STEPS = 4  # things done in a round before it ends well


def place_of(seed: int, folder: Path) -> Place:
    """Return a folder for the trail of a round, or for every other one a bucket with a queue."""
    if seed % 2:
        return Folder(folder_of(seed, folder))
    return Bucket.made(
        boto3.client("s3"), boto3.client("sqs"), f"trail-{seed}", random.Random(seed)
    )


def main() -> None:
    """Play the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1000, help="of the first round")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many")
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ.update(ENVIRONMENT, AWS_ENDPOINT_URL=f"http://{host}:{port}")
    experience = Experience()
    played = broken = 0
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="roletrail-rounds-") as name:
        folder = Path(name)
        with Nursery(folder, {}) as nursery:
            for seed in range(arguments.seed, arguments.seed + arguments.rounds):
                if time.monotonic() - started > 60 * arguments.minutes:
                    break
                played += 1
                try:
                    Round(seed, place_of(seed, folder), nursery, experience).play(STEPS)
                except BrokenError as error:
                    broken += 1
                    print(f"broken: {error}", flush=True)
                    print("".join(f"  {line}\n" for line in error.runs), flush=True)
                for left in folder.iterdir():
                    shutil.rmtree(left, ignore_errors=True)
                if played % 10 == 0:
                    print(f"{played} rounds, {broken} broken", flush=True)
    server.stop()
    print(
        f"{played} rounds, {experience.runs:,} runs, of which {experience.killed:,} were killed; "
        f"{broken} rounds broken"
    )
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()

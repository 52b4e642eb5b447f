"""Keys that were copied out of an instance and used elsewhere, after the person had gone."""

from collections.abc import Iterator
from random import Random

from tests.estate.apis import list_buckets, list_objects, object_call
from tests.estate.instances import Instance
from tests.estate.keys import KeyRing
from tests.estate.paths import PUBLIC
from tests.estate.records import Caller, Event, Moment, event
from tests.estate.truth import Truth

FOREIGN_ADDRESS = "198.51.100.77"
FOREIGN_PROGRAM = "aws-cli/1.44.3 md/Botocore#1.42.3 ua/2.1 os/linux#6.12.38+kali-amd64"


def copied_key_calls(instance: Instance, ring: KeyRing, random: Random) -> Iterator[Event]:
    """Yield calls with the instance's last key from a stranger's address, while it is valid."""
    fleet = instance.fleet
    if fleet is None:
        return
    key = ring.keys[-1]
    caller = Caller(key.identity, FOREIGN_ADDRESS, FOREIGN_PROGRAM, key.access_key_id)
    truth = Truth(
        "appstream_fleet",
        fleet.name,
        fleet.name,
        fleet.stack_name,
        path=PUBLIC,
        instance=instance.instance_id,
        credential_use="outside",
    )
    bucket = fleet.habits.bucket
    apis = (
        list_buckets(random, bucket),
        list_objects(random, bucket),
        object_call(random, "GetObject", bucket, "shared/plan-01.xlsx"),
        object_call(random, "GetObject", bucket, "shared/invoice-02.pdf"),
    )
    at = max(instance.ends_at + 90, key.created_at + 60)
    for number, api in enumerate(apis):
        if at + 37 * number < key.expires_at:
            yield event(random, Moment(at + 37 * number), api, caller, truth)

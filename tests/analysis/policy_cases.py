"""How the tests of policies write an action, a call and a use."""

from collections import Counter

from analysis.policies.narrowing import Call, S3Object
from analysis.policies.observation import Use
from analysis.policies.reference import Action, action

BUCKET = "arn:aws:s3:::files"


def the(name: str) -> Action:
    found = action(*name.split(":"))
    assert found is not None
    return found


def call(event_name: str, arns: tuple[str, ...] = (), **parameters: object) -> Call:
    named = {name.replace("__", "-"): value for name, value in parameters.items()}
    return Call(event_name, "eu-central-1", "123456789012", named, arns)


def use(name: str, *resources: str | S3Object, endpoint_ids: tuple[str, ...] = ()) -> Use:
    counted = Counter(dict.fromkeys(resources, 1))
    return Use(
        the(name),
        endpoint_ids=set(endpoint_ids),
        resources=counted,
        is_narrowed=bool(resources),
        services={None},
    )

"""Which resources a call touched: from the event's resources, and from its parameters."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from urllib.parse import unquote

from analysis.policies.actions import corrections
from analysis.policies.patterns import literal, partition_of
from analysis.policies.reference import Action, arn_pattern

_PARAMETER = re.compile(r"\{(\w+)(?::(path|last))?\}")
# A whole ARN is of another type than the form's. A model with a region before it is a profile,
# which calls models in several regions.
_CANNOT_STAND_IN = re.compile(r"arn:|(?:us|eu|apac|global|us-gov|jp|au|ca)\.\w+\.")
OPTIONAL_TYPES = {"index"}


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of call: its API, where it was made, and what it names."""

    event_name: str
    region: str
    account_id: str
    parameters: Mapping[str, object]
    resource_arns: Sequence[str]
    invoked_by: str | None = None

    @property
    def service(self) -> str | None:
        """Return the AWS service that made the call on the role's behalf, if one did.

        An encryption context of a service's, such as `aws:s3:arn`, tells it of calls of KMS.
        """
        context = self.parameters.get("encryptionContext")
        if isinstance(context, dict) and any(str(key).startswith("aws:") for key in context):
            return self.invoked_by or "an AWS service"
        return self.invoked_by


@dataclass(frozen=True, slots=True)
class S3Object:
    """An object by bucket and key; keys are granted by folder, so they stay apart."""

    bucket_arn: str
    key: str


Resource = str | S3Object


def resources_of(needed: Action, call: Call) -> set[Resource]:
    """Return what the call shows of the resources that this action was used on; maybe nothing."""
    if needed.prefix == "s3":
        return set(_in_s3(needed, call))
    named = list(_named_arns(call))
    forms = corrections()["arns"].get(needed.prefix)
    if forms is None:
        # Which of several types are all needed is not known.
        (only, *others) = needed.resource_types or ("",)
        return set() if others else {literal(arn) for arn in named if _is_of(needed, only, arn)}
    found: set[Resource] = set()
    for resource_type in needed.resource_types:
        arns = {literal(arn) for arn in named if _is_of(needed, resource_type, arn)}
        if not arns and resource_type in forms:
            arns = next(filter(None, (_filled(form, call) for form in forms[resource_type])), set())
            if not arns and resource_type not in OPTIONAL_TYPES:
                return set()
        found |= arns
    return found


def _named_arns(call: Call) -> Iterator[str]:
    yield from call.resource_arns
    for value in call.parameters.values():
        yield from (each for each in _texts(value) if each.startswith("arn:"))


def _is_of(needed: Action, resource_type: str, arn: str) -> bool:
    pattern = arn_pattern(needed.prefix, resource_type) if resource_type else None
    return bool(pattern and pattern.fullmatch(arn))


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _filled(form: str, call: Call) -> set[str]:
    """Return the form with the call's parameters in it, an ARN per value; none if one lacks."""
    place = {
        "partition": partition_of(call.region),
        "region": call.region,
        "account": call.account_id,
    }
    *pieces, end = _PARAMETER.split(form)
    choices = [
        [literal(_changed(value, change or "")) for value in values if value]
        for name, change in zip(pieces[1::3], pieces[2::3], strict=True)
        for values in [_texts(place.get(name, call.parameters.get(name)))]
    ]
    if any(_CANNOT_STAND_IN.match(value) for values in choices for value in values):
        return set()
    return {
        "".join(part + value for part, value in zip(pieces[::3], chosen, strict=True)) + end
        for chosen in product(*choices)
    }


def _changed(value: str, change: str) -> str:
    if change == "path":
        return value.removeprefix("/")
    return value.rpartition("/")[2] if change == "last" else value


def _in_s3(needed: Action, call: Call) -> Iterator[Resource]:
    bucket, key = call.parameters.get("bucketName"), call.parameters.get("key")
    source = call.parameters.get("x-amz-copy-source")
    if needed.name == "GetObject" and call.event_name in {"CopyObject", "UploadPartCopy"}:
        words = unquote(source).partition("?versionId=")[0] if isinstance(source, str) else ""
        bucket, _, key = words.removeprefix("/").partition("/")
    if not isinstance(bucket, str) or not bucket or bucket.startswith("arn:"):
        return  # through an access point, which needs more than its own ARN
    bucket_arn = f"arn:{partition_of(call.region)}:s3:::{literal(bucket)}"
    if "object" in needed.resource_types:
        if isinstance(key, str) and key:
            yield S3Object(bucket_arn, key)
        else:
            yield f"{bucket_arn}/*"
    elif "bucket" in needed.resource_types:
        yield bucket_arn

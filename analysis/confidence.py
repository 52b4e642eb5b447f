"""How sure a claim is, and by which method it was reached: the words that go with both.

The scale is ordered: certain > strong > weak > not attributable (null in the tables).
"""

from dataclasses import dataclass
from enum import IntEnum


class Confidence(IntEnum):
    """How sure a claim is. Compare with `>`; the tables carry the lower-case name."""

    WEAK = 1
    STRONG = 2
    CERTAIN = 3

    @property
    def meaning(self) -> str:
        """Return what it means, in a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    Confidence.CERTAIN: (
        "the event itself, or its credentials seen at that private address in that VPC, falls in "
        "exactly one streaming session of a fleet that carried the role at that time"
    ),
    Confidence.STRONG: (
        "it is inherited through the credentials, or one link of the chain is not confirmed"
    ),
    Confidence.WEAK: (
        "there are several candidates, or only the short time around a streaming session fits; "
        "nobody is named"
    ),
}


@dataclass(frozen=True, slots=True)
class Method:
    """A way to reach a claim: the best confidence that it can give, and what it rests on."""

    at_best: Confidence
    reason: str


METHODS = {
    "private_address": Method(
        Confidence.CERTAIN, "the call came from the private address of the instance"
    ),
    "credential": Method(
        Confidence.STRONG,
        "the same credentials were seen at the instance's private address; this call came another "
        "way, such as through NAT or to another region, and inherits the instance",
    ),
    "renewal": Method(
        Confidence.STRONG,
        "the credentials were never seen at a private address, but were made when this instance, "
        "and no other with the role, was due for new ones",
    ),
    "role_chain": Method(
        Confidence.STRONG,
        "the credentials were issued, by AssumeRole, to somebody in a streaming session",
    ),
    "source_identity": Method(
        Confidence.STRONG, "the session script put the user's id into the source identity"
    ),
    "user_agent_app_id": Method(
        Confidence.STRONG,
        "the user agent carries the streaming session's id as its application id, which a session "
        "script can set",
    ),
    "home_folder_key": Method(
        Confidence.CERTAIN,
        "the S3 key names the user's home folder by the hash of the user id",
    ),
    "app_settings_key": Method(
        Confidence.CERTAIN,
        "the S3 key names the user's application settings by the hash of the user id",
    ),
    "storage_user": Method(
        Confidence.STRONG,
        "before and after the call, AppStream served this person's home folder or application "
        "settings at the same address; which streaming session that was is not known",
    ),
    "storage_user_credential": Method(
        Confidence.WEAK,
        "the same credentials were seen at an address where AppStream served this person's home "
        "folder or application settings; this call came another way",
    ),
    "script_log_key": Method(
        Confidence.CERTAIN,
        "the S3 key of the session-script log names user and streaming session",
    ),
}
_QUALIFIERS = {
    "_outlived": "the streaming session was over, so somebody may use the credentials elsewhere",
    "_grace": (
        "only the short time just before or after the streaming session fits, in which its scripts "
        "still run"
    ),
    "_outside": (
        "the credentials were used outside the network of their instance, so whoever used them "
        "need not be whom they came from"
    ),
}


def at_best(method: str) -> Confidence:
    """Return the best confidence that a claim by this method can have."""
    parts = method.split("+")
    if any(part.endswith(ending) for part in parts for ending in _QUALIFIERS):
        return Confidence.WEAK
    return max(METHODS[part].at_best for part in parts)


def method_in_words(method: str) -> str:
    """Return what a claim's method means. Methods joined by `+` all hold for it."""
    return "; ".join(_one_in_words(part) for part in method.split("+"))


def _one_in_words(method: str) -> str:
    words = []
    for ending, qualifier in _QUALIFIERS.items():
        if method.endswith(ending):
            method = method.removesuffix(ending)
            words.append(qualifier)
    return "; ".join([METHODS[method].reason, *words])

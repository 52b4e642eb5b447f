"""The people who stream, by the ids that AppStream signs them in under."""

import hashlib
from dataclasses import dataclass

from tests.estate.accounts import HOME, MAIN

CUSTOM = "CUSTOM"
SAML = "SAML"
USERPOOL = "USERPOOL"
ACCESS_MODES = {CUSTOM: "custom", SAML: "federated", USERPOOL: "userpool"}

NAMES = (
    "amelia.hart",
    "Ines.Moreau",  # hashed with its capitals, unlike what most tools would do
    "jiwoo.park",
    "tomas.novak",
    "lena.fischer",
    "oluwaseun.ade",
    "mateo.garcia",
    "priya.nair",
    "sven.lindqvist",
    "yuki.tanaka",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who streams."""

    user_id: str
    authentication_type: str

    @property
    def user_hash(self) -> str:
        """The SHA-256 that names the person in S3 keys: of the user id, its case kept."""
        return hashlib.sha256(self.user_id.encode()).hexdigest()

    @property
    def access_mode(self) -> str:
        """The authentication type as S3 keys write it."""
        return ACCESS_MODES[self.authentication_type]

    @property
    def user_arn(self) -> str:
        """The ARN that session reports give for the person."""
        kind = ACCESS_MODES[self.authentication_type]
        return f"arn:aws:appstream:{HOME}:{MAIN}:user/{kind}/{self.user_id}"


HOGE = Person("hoge", CUSTOM)
FUGA = Person("fuga", CUSTOM)


def people_of(authentication_type: str, count: int) -> tuple[Person, ...]:
    """Return that many people who sign in this way."""
    return tuple(
        Person(_user_id(authentication_type, number), authentication_type)
        for number in range(count)
    )


def _user_id(authentication_type: str, number: int) -> str:
    again, index = divmod(number, len(NAMES))
    name = f"{NAMES[index]}{again or ''}"
    return name if authentication_type == CUSTOM else f"{name}@example.com"

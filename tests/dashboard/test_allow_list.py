from typing import Any

import msgspec
import pytest

from dashboard.allow_list import AllowList

EVERYWHERE = AllowList(
    emails=("Ana@Partner.test",), domains=("example.com",), groups=("security", "42")
)


def verified(email: object) -> dict[str, Any]:
    return {"email": email, "email_verified": True}


@pytest.mark.parametrize(
    "claims",
    [
        verified("bo@example.com"),
        verified("BO@EXAMPLE.COM"),
        verified("ana@partner.test"),
        {"groups": ["staff", "security"]},
        {"groups": "security"},
        {"email": "eve@evil.test", "email_verified": False, "groups": ["security"]},
    ],
)
def test_who_is_on_the_list_is_admitted(claims: dict[str, Any]) -> None:
    assert EVERYWHERE.admits(claims)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "bo@example.com"},
        {"email": "bo@example.com", "email_verified": False},
        {"email": "bo@example.com", "email_verified": "true"},
        {"email": "bo@example.com", "email_verified": 1},
        verified("bo@evil-example.com"),
        verified("bo@example.com.evil.test"),
        verified("bo@mail.example.com"),
        verified("bo@example.com."),
        verified("bo@example.com@evil.test"),
        verified("bo@evil.test,x@example.com"),
        verified("bo@evil.test\n@example.com"),
        verified("bo@evil.test\0@example.com"),
        verified('"bo@evil.test"@example.com'),
        verified("@example.com"),
        verified("example.com"),
        verified(" bo@example.com"),
        verified("other@partner.test"),
        verified("bo@example\N{FULLWIDTH FULL STOP}com"),
        verified("ana@\N{FULLWIDTH LATIN SMALL LETTER P}artner.test"),
        verified(["bo@example.com"]),
        verified(None),
        {"preferred_username": "bo@example.com", "email_verified": True},
        {"groups": ["Security"]},
        {"groups": ["not security"]},
        {"groups": "staff security"},
        {"groups": {"security": True}},
        {"groups": [["security"], None, 42]},
        {"roles": ["security"]},
    ],
)
def test_who_is_not_on_the_list_is_not_admitted(claims: dict[str, Any]) -> None:
    assert not EVERYWHERE.admits(claims)


def test_a_letter_that_only_looks_like_another_one_is_another_one() -> None:
    kelvin = verified("bo@\N{KELVIN SIGN}elvin.test")
    assert kelvin["email"].lower() == "bo@kelvin.test"
    assert not AllowList(domains=("kelvin.test",)).admits(kelvin)
    assert not AllowList(emails=("bo@kelvin.test",)).admits(kelvin)


def test_the_claim_that_lists_groups_can_have_another_name() -> None:
    roles = AllowList(groups=("security",), group_claim="https://example.com/roles")
    assert roles.admits({"https://example.com/roles": ["security"]})
    assert not roles.admits({"groups": ["security"]})


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ({"emails": ["example.com"]}, "'example.com' is no mail address"),
        ({"domains": ["@example.com"]}, "'@example.com' is no domain. Write it as example.com"),
        ({"domains": ["*.example.com"]}, "is no domain"),
        ({"domains": [""]}, "is no domain"),
        ({"groups": [""]}, "a group without a name"),
        ({"domains": "example.com"}, "Expected `array`"),
        ({"domain": ["example.com"]}, "unknown field `domain`"),
    ],
)
def test_an_entry_that_would_not_work_as_meant_is_refused(
    entries: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=complaint):
        msgspec.convert(entries, AllowList)

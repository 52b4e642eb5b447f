"""Who may see the dashboard: by mail address, by the domain of one, or by a group."""

import re
from collections.abc import Mapping

import msgspec

# One plain address. What could be read as two, or as another one, is none.
ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@(?P<domain>[a-z0-9.-]+)")
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


class AllowList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Those who are admitted. Upper and lower case count as one, except in groups.

    A domain admits its own addresses and not those of its subdomains.
    """

    emails: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    group_claim: str = "groups"

    def __post_init__(self) -> None:
        """Raise ValueError for an entry that could never match as it was meant."""
        for email in self.emails:
            if not ADDRESS.fullmatch(_lower(email)):
                raise ValueError(f"{email!r} is no mail address")
        for domain in self.domains:
            if not DOMAIN.fullmatch(_lower(domain)):
                raise ValueError(f"{domain!r} is no domain. Write it as example.com")
        if not all(self.groups):
            raise ValueError("a group without a name would admit whoever has none")

    def is_empty(self) -> bool:
        """Return whether nobody is admitted."""
        return not (self.emails or self.domains or self.groups)

    def admits(self, claims: Mapping[str, object]) -> bool:
        """Return whether the person with these claims of an ID token may see the dashboard."""
        return self._admits_group(claims.get(self.group_claim)) or self._admits_address(claims)

    def _admits_group(self, claimed: object) -> bool:
        groups = claimed if isinstance(claimed, list) else [claimed]
        return any(group in self.groups for group in groups if isinstance(group, str))

    def _admits_address(self, claims: Mapping[str, object]) -> bool:
        email = claims.get("email")
        # Without proof, an address is whatever somebody typed into a form of the provider's.
        if claims.get("email_verified") is not True or not isinstance(email, str):
            return False
        address = _lower(email)
        parts = ADDRESS.fullmatch(address)
        return parts is not None and (
            address in map(_lower, self.emails) or parts["domain"] in map(_lower, self.domains)
        )


def _lower(text: str) -> str:
    """Return the text in lower case, where letters beyond ASCII stay what they are.

    Some of those have an ASCII letter as their lower case, such as the sign for kelvin.
    """
    return text.encode(errors="replace").lower().decode()

"""The options about sign-in to the dashboard. Each can be in the environment, too."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

SECRET_VARIABLE = "ROLETRAIL_CLIENT_SECRET"  # noqa: S105 - its name, not a secret

SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--sign-in",
        envvar="ROLETRAIL_SIGN_IN",
        metavar="FILE",
        help="Ask for a sign-in, set up by this TOML file; the options below go before it.",
    ),
]
DiscoveryUrl = Annotated[
    str | None,
    typer.Option(
        envvar="ROLETRAIL_DISCOVERY_URL",
        metavar="URL",
        help="The OpenID provider's …/.well-known/openid-configuration.",
    ),
]
ClientId = Annotated[
    str | None,
    typer.Option(
        envvar="ROLETRAIL_CLIENT_ID", metavar="ID", help="The dashboard's id at the provider."
    ),
]
ClientSecretFile = Annotated[
    Path | None,
    typer.Option(
        envvar="ROLETRAIL_CLIENT_SECRET_FILE",
        metavar="FILE",
        help=f"File with its secret there; or {SECRET_VARIABLE} is the secret itself.",
    ),
]
RedirectUri = Annotated[
    str | None,
    typer.Option(
        envvar="ROLETRAIL_REDIRECT_URI",
        metavar="URL",
        help="The dashboard's address as people type it, and /oauth2callback.",
    ),
]
AllowEmail = Annotated[
    list[str] | None,
    typer.Option(
        envvar="ROLETRAIL_ALLOW_EMAIL",
        metavar="ADDRESS",
        help="Admit who has this mail address, verified. Repeatable.",
    ),
]
AllowDomain = Annotated[
    list[str] | None,
    typer.Option(
        envvar="ROLETRAIL_ALLOW_DOMAIN",
        metavar="DOMAIN",
        help="Admit verified mail addresses of this domain. Repeatable.",
    ),
]
AllowGroup = Annotated[
    list[str] | None,
    typer.Option(
        envvar="ROLETRAIL_ALLOW_GROUP",
        metavar="GROUP",
        help="Admit the members of this group. Repeatable.",
    ),
]
GroupClaim = Annotated[
    str | None,
    typer.Option(
        envvar="ROLETRAIL_GROUP_CLAIM",
        metavar="NAME",
        help="The claim that lists a person's groups; by default groups.",
    ),
]
SignInHours = Annotated[
    float | None,
    typer.Option(
        envvar="ROLETRAIL_SIGN_IN_HOURS", metavar="N", help="How long a sign-in holds; 8 hours."
    ),
]
CookieSecretFile = Annotated[
    Path | None,
    typer.Option(
        envvar="ROLETRAIL_COOKIE_SECRET_FILE",
        metavar="FILE",
        help="Where the secret that signs cookies is kept, or made; by default in your home.",
    ),
]
WithoutSignIn = Annotated[
    bool,
    typer.Option(
        "--without-sign-in", help="Let everyone in who can reach the address, other machines too."
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInOptions:
    """What the command line and the environment say about sign-in; null where they don't."""

    file: Path | None = None
    discovery_url: str | None = None
    client_id: str | None = None
    client_secret_file: Path | None = None
    redirect_uri: str | None = None
    emails: list[str] | None = None
    domains: list[str] | None = None
    groups: list[str] | None = None
    group_claim: str | None = None
    hours: float | None = None
    cookie_secret_file: Path | None = None

    def given(self, *names: str) -> dict[str, object]:
        """Return those of these options that were given."""
        return {name: value for name in names if (value := getattr(self, name))}

"""`roletrail dashboard`: the answers as pages."""

from typing import Annotated

import typer

from roletrail.options import DEFAULT_LAKE, Lake
from roletrail.serving import LOCAL_HOST, check_who_can_reach, serve
from roletrail.sign_in import sign_in_settings
from roletrail.sign_in_options import (
    AllowDomain,
    AllowEmail,
    AllowGroup,
    ClientId,
    ClientSecretFile,
    CookieSecretFile,
    DiscoveryUrl,
    GroupClaim,
    RedirectUri,
    SettingsFile,
    SignInHours,
    SignInOptions,
    WithoutSignIn,
)

Host = Annotated[
    str, typer.Option(metavar="ADDRESS", help="Address to listen on; by default only this machine.")
]
Port = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, max=65535, help="Port; by default the first free one from 8501 on."
    ),
]


def dashboard(
    *,
    lake: Lake = DEFAULT_LAKE,
    host: Host = LOCAL_HOST,
    port: Port = None,
    sign_in: SettingsFile = None,
    discovery_url: DiscoveryUrl = None,
    client_id: ClientId = None,
    client_secret_file: ClientSecretFile = None,
    redirect_uri: RedirectUri = None,
    allow_email: AllowEmail = None,
    allow_domain: AllowDomain = None,
    allow_group: AllowGroup = None,
    group_claim: GroupClaim = None,
    sign_in_hours: SignInHours = None,
    cookie_secret_file: CookieSecretFile = None,
    without_sign_in: WithoutSignIn = False,
) -> None:
    """Serve the dashboard over the lake until Ctrl-C. It only reads.

    At an address that other machines can reach, people have to sign in.
    """
    from lake import open_lake

    settings = sign_in_settings(
        SignInOptions(
            file=sign_in,
            discovery_url=discovery_url,
            client_id=client_id,
            client_secret_file=client_secret_file,
            redirect_uri=redirect_uri,
            emails=allow_email,
            domains=allow_domain,
            groups=allow_group,
            group_claim=group_claim,
            hours=sign_in_hours,
            cookie_secret_file=cookie_secret_file,
        )
    )
    check_who_can_reach(host, settings, is_waived=without_sign_in)
    open_lake(lake)
    serve(lake, host, port, settings, is_waived=without_sign_in)

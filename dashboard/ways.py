"""By which way a person came to make a call, in words."""

from collections.abc import Iterable

from dashboard.wording import workload_family

WAYS = {
    "streaming_session": "streaming session",
    "chained_role": "chained role",
    "sign_in": "direct sign-in",
    "appstream_service": "AppStream for them",
}
WAYS_HELP = (
    "How the person came to make the calls.\n\n"
    "- **streaming session**: from an AppStream instance, through the role of its fleet.\n"
    "- **chained role**: with a role that they assumed from there, or after signing in.\n"
    "- **direct sign-in**: as an IAM user, by Identity Center, SAML or web identity; the event "
    "itself names them, so there is no confidence.\n"
    "- **AppStream for them**: AppStream itself, storing their home folder or settings."
)


def way_of(workload_kind: str | None) -> str:
    """Return the way by which a named person came to a call that this kind of workload made."""
    if workload_kind in ("appstream_service", "assumed_role"):
        return "appstream_service" if workload_kind == "appstream_service" else "chained_role"
    return "sign_in" if workload_family(workload_kind) == "People" else "streaming_session"


def ways_in_words(ways: Iterable[str] | None) -> str | None:
    """Return the ways in the order above, separated by commas; None if there are none."""
    known = set(ways or ())
    return ", ".join(words for way, words in WAYS.items() if way in known) or None

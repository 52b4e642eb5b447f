"""Networks in words: whose a VPC endpoint is, and whether credentials were used at home."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

from dashboard.palette import NETWORK
from dashboard.wording import in_zone, moment

OWNERSHIP_HELP = (
    "**own**: known to be yours, by inventory or CloudTrail. **foreign**: of an account that is "
    "not yours. **unknown**: nothing says whose it is."
)
NO_ENDPOINT = "none: NAT, internet or an AWS service"
OWNERSHIP = {"own": "own", "foreign": "foreign", "unknown": "owner unknown"}
USES = {"inside": "inside", "outside": "outside", "unknown": "unknown"}
USE_HELP = (
    "Whether the call came from the network that its workload lives in.\n\n"
    "- **inside**: from the VPC of the instance, its NAT gateway or its own public address.\n"
    "- **outside**: from another network. Somebody may have taken the credentials elsewhere.\n"
    "- **unknown**: nothing in the lake says which network that address belongs to."
)


def uses_in_words(uses: Iterable[str | None] | None) -> str | None:
    """Return the networks, the one that matters most first; None if there are none."""
    known = set(uses or ())
    return ", ".join(use for use in ("outside", "unknown", "inside") if use in known) or None


def network_rows(answer: Sequence[Mapping[str, Any]], zone: tzinfo = UTC) -> list[dict[str, Any]]:
    """Return the answer of endpoint_over_time as the chart of ways takes it."""
    order = NETWORK.domain
    return [
        {
            "bucket_at": row["bucket_at"],
            "when": moment(row["bucket_at"]),
            "when_there": in_zone(row["bucket_at"], zone),
            "network": _network(row),
            "event_count": row["event_count"],
            "position": order.index(_network(row)),
        }
        for row in answer
    ]


def _network(row: Mapping[str, Any]) -> str:
    if row["is_through_endpoint"]:
        return "own endpoint" if row["vpc_endpoint_ownership"] == "own" else "foreign endpoint"
    return f"past endpoints, {row['credential_use'] or 'unknown'}"

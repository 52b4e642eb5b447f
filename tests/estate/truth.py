"""What really happened: one row per event, which no log says."""

from functools import lru_cache
from typing import NamedTuple

COLUMNS = (
    "recipient_account_id",
    "event_id",
    "workload_kind",
    "workload_name",
    "fleet_name",
    "stack_name",
    "streaming_session_id",
    "user_id",
    "candidate_user_ids",
    "path",
    "instance",
    "key_seen_at_private_address",
    "credential_use",
    "origin",
    "is_idle",
)


class Truth(NamedTuple):
    """Who and what was behind a call. The columns are explained in sample_logs/README.md."""

    workload_kind: str
    workload_name: str = ""
    fleet_name: str = ""
    stack_name: str = ""
    streaming_session_id: str = ""
    user_id: str = ""
    candidate_user_ids: tuple[str, ...] = ()
    path: str = "none"
    instance: str = ""
    credential_use: str = ""
    origin: str = ""
    is_idle: bool = False


@lru_cache(maxsize=10_000)
def cells_around_key(truth: Truth) -> tuple[str, str]:
    """Return a row's cells before and after the column that only the whole log can tell.

    That column is `key_seen_at_private_address`; the ids at the row's start are not included.
    """
    before = (*truth[:6], ";".join(truth.candidate_user_ids), truth.path, truth.instance)
    after = (truth.credential_use, truth.origin, _flag(is_so=truth.is_idle))
    return "\t".join(before), "\t".join(after)


def _flag(*, is_so: bool) -> str:
    return "true" if is_so else "false"

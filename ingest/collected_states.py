"""What an answer says that the answers before it didn't: states that changed, things that are gone.

A state is compared column by column, not by AWS's text, which tells much that changes from minute
to minute and means nothing here, such as how many instances of a fleet are free. It is news, too,
if CloudTrail or an AWS CLI file said something of the resource since: what holds now must come
after that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from ingest import resource_states as states
from ingest.observed_values import stable_id
from lake import Lake
from lake.connection import connect
from lake.tables import RESOURCE_HISTORY

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]

SOURCE = "api"
DELETED = "deleted"
IDENTITY = ("resource_type", "resource_id", "account_id", "region")
# A fleet can have several stacks, and a NAT gateway several addresses, each a row.
IDENTITY_OF_PARTS = {states.STACK_FLEET: "stack_name", states.NAT_GATEWAY: "private_ip_address"}
TELLS_NOTHING = frozenset(
    {"resource_history_id", "valid_from", "change", "state", "evidence_source", "event_id"}
    | {"source_object_id", "observed_at"}
)
COMPARED = tuple(
    column.name for column in RESOURCE_HISTORY.columns if column.name not in TELLS_NOTHING
)
# What AWS stops listing when it is deleted. Endpoints and gateways stay listed as deleted for a
# while, and of a network interface CloudTrail tells the end to the second.
GONE_IF_UNLISTED = states.CARRIES_ROLE | {states.STACK_FLEET, states.ELASTIC_IP_ASSOCIATION}

_LATEST = f"""
with said as (
    select source_objects.uri, resource_history.* exclude (state)
    from resource_history
    inner join source_objects
        on source_objects.source_object_id = resource_history.source_object_id
    where resource_history.evidence_source = '{SOURCE}'
        and starts_with(source_objects.uri, $place)
),

latest as (
    select *
    from said
    qualify row_number() over (
        partition by
            uri, {", ".join(IDENTITY)}, stack_name,
            case when resource_type = '{states.NAT_GATEWAY}' then private_ip_address end
        order by observed_at desc, resource_history_id
    ) = 1
),

-- Interfaces come and go with the instances: of those that aren't there any more nothing is asked.
wanted as (
    select *
    from latest
    where change != '{DELETED}'
        and (
            resource_id in (select unnest($resource_ids::varchar[]))
            or resource_type in (select unnest($gone_if_unlisted::varchar[]))
        )
),

others as (
    select {", ".join(IDENTITY)}, max(valid_from) as valid_from
    from resource_history
    where evidence_source != '{SOURCE}'
    group by all
)

select wanted.*, coalesce(others.valid_from > wanted.observed_at, false) as is_overtaken
from wanted
left join others using ({", ".join(IDENTITY)})
"""  # noqa: S608 - names of our own


@dataclass(frozen=True, slots=True)
class Said:
    """What the answers of one API said last of each resource that isn't known to be gone."""

    rows: Mapping[Key, Row]

    def news_in(self, listed: Iterable[Row]) -> list[Row]:
        """Return those of an answer's states that aren't known yet."""
        return [row for row in listed if not self._is_known(row)]

    def gone_from(self, listed: Iterable[Row], origin_id: str, asked_at: datetime) -> list[Row]:
        """Return a row for each resource that the answer before had and this whole one hasn't."""
        still_there = {_key(row) for row in listed}
        return [
            {
                **{name: before[name] for name in (*IDENTITY, "stack_name")},
                "resource_history_id": stable_id(origin_id, DELETED, *map(str, key)),
                "valid_from": asked_at,
                "change": DELETED,
                "evidence_source": SOURCE,
                "source_object_id": origin_id,
                "observed_at": asked_at,
            }
            for key, before in self.rows.items()
            if key not in still_there and before["resource_type"] in GONE_IF_UNLISTED
        ]

    def _is_known(self, row: Row) -> bool:
        before = self.rows.get(_key(row))
        return (
            before is not None and not before["is_overtaken"] and _content(before) == _content(row)
        )


def last_said(lake: Lake, place: str, listed: Iterable[Row]) -> dict[str, Said]:
    """Return what was said last in answers whose uri starts with `place`, by their uri.

    Only of resources that are listed now or whose absence would be news.
    """
    parameters = {
        "place": place,
        "resource_ids": list({row["resource_id"] for row in listed}),
        "gone_if_unlisted": sorted(GONE_IF_UNLISTED),
    }
    with connect(lake, ["resource_history", "source_objects"]) as connection:
        found = connection.execute(_LATEST, parameters).to_arrow_table().to_pylist()
    by_uri: dict[str, dict[Key, Row]] = {}
    for row in found:
        by_uri.setdefault(row["uri"], {})[_key(row)] = row
    return {uri: Said(rows) for uri, rows in by_uri.items()}


def _key(row: Row) -> Key:
    part = IDENTITY_OF_PARTS.get(row["resource_type"])
    return (*(row.get(name) for name in IDENTITY), row.get(part) if part else None)


def _content(row: Row) -> Key:
    values = (row.get(name) for name in COMPARED)
    # AWS lists subnets and security groups in any order.
    return tuple(sorted(value) if isinstance(value, list) else value for value in values)

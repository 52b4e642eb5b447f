"""Publishing the derived tables together: readers see one attribution run, never half of one.

Iceberg commits one table at a time. The derived tables are therefore written first, and a
property of `attributions` then names the snapshot of each: setting it is the one atomic step. Of
runs that started from the same publication, only one can be published.
"""

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.serializers import FromInputFile
from sqlalchemy.exc import OperationalError

from lake.catalog import Lake
from lake.derived_tables import ATTRIBUTIONS
from lake.errors import LakeError

PUBLISHED = "roletrail.published"
PUBLISHED_AT = "roletrail.published_at"
ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Publication:
    """One complete attribution run.

    `snapshots` has the snapshot id of each derived table; `days` says which data files of
    `events` each UTC day (`YYYY-MM-DD`) was attributed from, as a fingerprint; `settings` is a
    fingerprint of the settings and rules of the run; `calls` counts the calls of fleets by
    confidence, and those of others; `inputs` has the snapshot id of each table that it read beside
    events, None for one without rows.
    """

    snapshots: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)
    settings: str = ""
    calls: Mapping[str, int] = field(default_factory=dict)
    inputs: Mapping[str, int | None] = field(default_factory=dict)


def last_publication(lake: Lake) -> Publication:
    """Return the last complete attribution run; an empty one if there was none."""
    if ATTRIBUTIONS.name not in lake.table_names():
        return Publication()
    text = lake.table(ATTRIBUTIONS.name).properties.get(PUBLISHED)
    return Publication(**json.loads(text)) if text else Publication()


def snapshots_of(lake: Lake, names: Iterable[str]) -> dict[str, int | None]:
    """Return the id of each table's current snapshot; None for a table without rows."""
    return {name: lake.table(name).metadata.current_snapshot_id for name in names}


def published_at(lake: Lake) -> datetime | None:
    """Return when an attribution run was last published, UTC; None if never, or not noted."""
    if ATTRIBUTIONS.name not in lake.table_names():
        return None
    text = lake.table(ATTRIBUTIONS.name).properties.get(PUBLISHED_AT)
    return datetime.fromisoformat(text) if text else None


def publications_since(lake: Lake, time: datetime) -> list[Publication]:
    """Return the publications that somebody can have begun to read since this time.

    These are the last one and, as far as the table remembers, those that others have replaced.
    """
    table = lake.table(ATTRIBUTIONS.name)
    metadata = [table.metadata]
    ended_at = table.metadata.last_updated_ms
    for entry in reversed(table.metadata.metadata_log):
        if ended_at < time.timestamp() * 1000:
            break
        ended_at = entry.timestamp_ms
        # Deleted where the table was changed many times meanwhile.
        with contextlib.suppress(FileNotFoundError):
            metadata.append(FromInputFile.table_metadata(table.io.new_input(entry.metadata_file)))
    texts = {known.properties.get(PUBLISHED) for known in metadata} - {None}
    return [Publication(**json.loads(text)) for text in texts if text]


def publish(lake: Lake, publication: Publication, replaced: Publication) -> None:
    """Make this run the one that readers see, in the place of the one that it started from.

    Raises LakeError, and changes nothing, if another run has been published since then, or has
    written its claims.
    """
    marked: int | None = None
    for _ in range(ATTEMPTS):
        table = lake.table(ATTRIBUTIONS.name)
        head = table.metadata.current_snapshot_id
        if marked is not None and head == marked:
            # The attempt before was told that it failed, but hadn't.
            return
        is_own = head == publication.snapshots.get(ATTRIBUTIONS.name)
        if not is_own or last_publication(lake) != replaced:
            break
        try:
            with table.transaction() as transaction:
                # Properties alone are set whatever others did meanwhile. A snapshot of nothing
                # new is not: it has to follow the one that was looked at.
                mark = transaction.update_snapshot().fast_append()
                marked = mark.snapshot_id
                mark.commit()
                transaction.set_properties(_properties(publication, marked))
        except (CommitFailedException, OperationalError):
            continue
        return
    message = f"{lake.location}: another attribution came in between. Run it again"
    raise LakeError(message)


def _properties(publication: Publication, snapshot_id: int) -> dict[str, str]:
    """Return a publication as properties of `attributions`, which is at this snapshot then."""
    content = {
        "snapshots": {**publication.snapshots, ATTRIBUTIONS.name: snapshot_id},
        "days": dict(publication.days),
        "settings": publication.settings,
        "calls": dict(publication.calls),
        "inputs": dict(publication.inputs),
    }
    return {
        PUBLISHED: json.dumps(content, sort_keys=True),
        PUBLISHED_AT: datetime.now(UTC).isoformat(),
    }

"""Publishing the derived tables together: readers see one attribution run, never half of one.

Iceberg commits one table at a time. The derived tables are therefore written first, and a
property of `attributions` then names the snapshot of each: setting it is the one atomic step.
"""

import json

from pyiceberg.exceptions import NoSuchTableError

from lake.catalog import Lake
from lake.derived_tables import ATTRIBUTIONS, DERIVED_TABLES
from lake.errors import LakeError

PUBLISHED = "roletrail.published-snapshots"


def published_snapshots(lake: Lake) -> dict[str, int]:
    """Return the snapshot id of each derived table in the last complete attribution run."""
    try:
        properties = lake.table(ATTRIBUTIONS.name).properties
    except (LakeError, NoSuchTableError):
        return {}
    return dict(json.loads(properties.get(PUBLISHED, "{}")))


def publish(lake: Lake) -> None:
    """Make the current snapshots of all derived tables the ones that readers see."""
    snapshots = {
        table.name: snapshot.snapshot_id
        for table in DERIVED_TABLES
        if (snapshot := lake.table(table.name).current_snapshot()) is not None
    }
    with lake.table(ATTRIBUTIONS.name).transaction() as transaction:
        transaction.set_properties({PUBLISHED: json.dumps(snapshots, sort_keys=True)})

"""Up to which day a source was listed and taken in whole, so that it needn't all be listed again.

It is a property of the ledger's table: of the same lake as what it speaks of, whoever asks.
"""

import contextlib
import hashlib
from collections.abc import Set as AbstractSet
from datetime import date

from pyiceberg.exceptions import CommitFailedException
from sqlalchemy.exc import OperationalError

from lake.catalog import Lake
from lake.connection import connect
from lake.tables import SOURCE_OBJECTS

LISTED = "roletrail.listed."
_FOLDERS = r"""
select distinct regexp_replace(uri, '\d{4}/\d{2}/\d{2}/[^/]*$', '') as folder
from source_objects
where starts_with(uri, $source)
"""


def listed_until(lake: Lake, source: str) -> date | None:
    """Return the day up to which a source was listed whole, or None if it never was.

    `source` is a uri and whatever else the listing depended on.
    """
    day = lake.table(SOURCE_OBJECTS.name).properties.get(_property(source))
    with contextlib.suppress(ValueError):
        return None if day is None else date.fromisoformat(day)
    return None


def note_listed(lake: Lake, source: str, day: date) -> None:
    """Write down the day up to which a source was listed whole, unless that stands there.

    If another writer comes in between, it isn't written; then more is listed again than needed.
    """
    if listed_until(lake, source) == day:
        return
    with (
        contextlib.suppress(CommitFailedException, OperationalError),
        lake.table(SOURCE_OBJECTS.name).transaction() as transaction,
    ):
        transaction.set_properties({_property(source): day.isoformat()})


def folders_of_days(lake: Lake, uri: str) -> AbstractSet[str]:
    """Return the folders below a uri that have known objects in folders of days: `YYYY/MM/DD/`."""
    with connect(lake, [SOURCE_OBJECTS.name]) as connection:
        found = connection.execute(_FOLDERS, {"source": uri}).to_arrow_table()
    return set(found.column("folder").to_pylist())


def _property(source: str) -> str:
    return f"{LISTED}{hashlib.sha256(source.encode()).hexdigest()[:16]}"

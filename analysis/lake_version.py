"""Whether a lake has changed: told from the tables' metadata, without opening it for questions."""

from analysis.errors import AnalysisError
from lake import LakeError, open_lake
from lake.derived_tables import ATTRIBUTIONS, FINDINGS

LEDGER = "source_objects"


def lake_version(location: str | None = None) -> str:
    """Return a text that differs once something was ingested, attributed or compacted.

    `location` is as for `open_answers`. Raises AnalysisError if there is no lake.
    """
    try:
        lake = open_lake(location)
        names = sorted({ATTRIBUTIONS.name, FINDINGS.name, LEDGER} & lake.table_names())
        return " ".join(lake.table(name).metadata_location for name in names)
    except LakeError as error:
        raise AnalysisError(str(error)) from error

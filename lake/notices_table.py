"""The table of notices, which is made when the first one is told."""

from lake.columns import TEXT, TIME, Column, Table

NOTICES = Table(
    name="notices",
    comment=(
        "One row per finding and channel that was told of it: what `roletrail run` need not tell "
        "there again. There is none until a first finding was told."
    ),
    columns=(
        Column("channel", TEXT, "Name of the channel, as the settings of the run have it."),
        Column("finding_id", TEXT, "Finding that was told: `findings`, if it is still found."),
        Column("severity", TEXT, "Severity that it was told with."),
        Column("told_at", TIME, "When it was last told, UTC."),
        Column("last_seen_at", TIME, "Last event or observation that the newest run knew, UTC."),
    ),
)

"""The tables of the page about the lake: delivery, rejects, digests, objects and sizes."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from analysis.lake_state import TableSize
from dashboard.chosen_row import height_of
from dashboard.questions import Row
from dashboard.table_columns import count_column, shown, text_column, time_column
from dashboard.wording import duration

MOST_ROWS = 14
EVERYWHERE = "all"
LAG_HELP = "How long the oldest event of a log file waited for its delivery."
GAPS_HELP = (
    "A silence counts as a gap if the account and region had files in nearly every hour around it, "
    "and others had files meanwhile. *all* is a silence of all at once. Ask CloudTrail's digests, "
    "or list the bucket again: `roletrail ingest` takes in what it finds."
)
DIGESTS_HELP = (
    "CloudTrail signs an hourly list of its log files. **Verified**: on such a list, and "
    "unchanged. **Failed**: altered, missing from the lists, or the list itself is badly signed. "
    "**Not verified**: nobody has checked. `roletrail verify` does."
)
SIZE_HELP = (
    "Bytes are those of the files that readers see. On disk there are also metadata and files of "
    "older snapshots, which `roletrail maintain` clears away."
)
KILO = 1000
UNITS = ("B", "kB", "MB", "GB", "TB")


def show_freshness(newest: list[Row], lag: list[Row]) -> None:
    """Show how far the lake reaches in each account and region, and how late files come."""
    st.subheader("Newest events and log files", anchor=False)
    if not newest:
        st.caption("No log file has been read yet.")
        return
    waits = {(row["account_id"], row["region"]): row for row in lag}
    listing = [row | _waits(waits.get((row["account_id"], row["region"]))) for row in newest]
    st.dataframe(
        **shown(
            listing,
            account_id=text_column("Account", None, 130),
            region=text_column("Region", None, 130),
            event_count=count_column("Events", None, 90),
            newest_event_at=time_column("Newest event"),
            newest_file_at=time_column("Newest log file", "When CloudTrail delivered it."),
            median=text_column("Delay, median", LAG_HELP, 120),
            p95=text_column("95 % within", LAG_HELP, 110),
            longest=text_column("Longest", LAG_HELP, 100),
        ),
        height=height_of(len(newest), MOST_ROWS),
        alt="Newest event and log file by account and region",
    )


def _waits(row: Row | None) -> Row:
    names = {"median": "median_seconds", "p95": "p95_seconds", "longest": "max_seconds"}
    return {
        name: None if row is None else duration(timedelta(seconds=row[column]))
        for name, column in names.items()
    }


def show_gaps(gaps: list[Row], days: int) -> None:
    """Show silences that the rhythm of delivery speaks against."""
    st.subheader("Gaps", anchor=False, help=GAPS_HELP)
    if not gaps:
        st.caption(f"No gap in the last {days} days of delivery.")
        return
    listing = [
        row
        | {
            "account": row["account_id"] or EVERYWHERE,
            "place": row["region"] or EVERYWHERE,
            "until": row["last_hour_at"] + timedelta(hours=1),
            "state": "still silent" if row["is_open"] else "over",
        }
        for row in gaps
    ]
    st.dataframe(
        **shown(
            listing,
            account=text_column("Account", None, 130),
            place=text_column("Region", None, 130),
            first_hour_at=time_column("From"),
            until=time_column("Until"),
            missing_hours=count_column("Hours", None, 70),
            files_expected=count_column("Files missing, about", None, 150),
            files_elsewhere=count_column("Files elsewhere", "In other regions, meanwhile.", 130),
            state=text_column("State", None, 110),
        ),
        height=height_of(len(gaps), MOST_ROWS),
        alt="Gaps in delivery",
    )


def show_rejects(reasons: list[Row], newest: list[Row]) -> None:
    """Show why records and objects were rejected, and the newest ones."""
    st.subheader("Rejected, by reason", anchor=False)
    if not reasons:
        st.caption("Nothing was rejected: every record that was read is in the lake.")
        return
    st.dataframe(
        **shown(
            reasons,
            reason=text_column("Reason", None, 420),
            rejected_count=count_column("Rejected", None, 90),
            object_count=count_column("Objects", "Different files.", 90),
            first_rejected_at=time_column("First"),
            last_rejected_at=time_column("Last"),
        ),
        height=height_of(len(reasons), MOST_ROWS),
        alt="Reasons for rejections",
    )
    st.subheader("The newest of them", anchor=False)
    st.dataframe(
        **shown(
            newest,
            rejected_at=time_column("When"),
            reason=text_column("Reason", None, 330),
            field=text_column("Field", None, 130),
            record_index=count_column("Record", "Its place in the file; none: the whole file.", 80),
            uri=text_column("Where", None, 700),
        ),
        height=height_of(len(newest), MOST_ROWS),
        alt="Newest rejected records and objects",
    )


def show_verification(verified: list[Row]) -> None:
    """Show how many events rest on log files that digests prove."""
    st.subheader("Events by digest verification", anchor=False, help=DIGESTS_HELP)
    if not verified:
        st.caption("No log file has been read yet.")
        return
    listing = [
        row | {"share": _share(row["verified_count"], row["event_count"])} for row in verified
    ]
    st.dataframe(
        **shown(
            listing,
            account_id=text_column("Account", None, 130),
            region=text_column("Region", None, 130),
            event_count=count_column("Events", None, 100),
            verified_count=count_column("Verified", None, 100),
            share=text_column("Share", None, 80),
            failed_count=count_column("Failed", DIGESTS_HELP, 90),
            unverified_count=count_column("Not verified", None, 110),
        ),
        height=height_of(len(verified), MOST_ROWS),
        alt="Events by digest verification",
    )


def _share(part: int, whole: int | None) -> str | None:
    return f"{part / whole:.1%}" if whole else None


def show_objects(objects: list[Row]) -> None:
    """Show what was read, and what became of its records."""
    st.subheader("Objects and their records", anchor=False)
    st.dataframe(
        **shown(
            [row | {"size": size_text(row["bytes"])} for row in objects],
            kind=text_column("Kind", None, 230),
            status=text_column("Status", "Skipped: read, and of no use here.", 100),
            object_count=count_column("Objects", None, 90),
            size=text_column("Size", None, 90),
            records_read=count_column("Records read", None, 120),
            events_written=count_column("Written", "Became rows.", 90),
            duplicates=count_column("Duplicates", "Were in the lake already.", 100),
            conflicts=count_column("Conflicts", "Duplicates with another content.", 95),
            rejected=count_column("Rejected", None, 90),
        ),
        height=height_of(len(objects), MOST_ROWS),
        alt="Objects read, by kind and status",
    )


def show_sizes(tables: Sequence[TableSize]) -> None:
    """Show how large the tables are."""
    total = sum(table.bytes for table in tables)
    st.subheader("Size of the lake", anchor=False, help=SIZE_HELP)
    st.caption(f"{size_text(total)} in {sum(table.files for table in tables):,} files")
    listing = [
        {
            "table": table.table,
            "row_count": table.rows,
            "files": table.files,
            "size": size_text(table.bytes),
            "on_disk": size_text(table.disk_bytes),
        }
        for table in tables
    ]
    st.dataframe(
        **shown(
            listing,
            table=text_column("Table", None, 260),
            row_count=count_column("Rows", None, 110),
            files=count_column("Files", None, 80),
            size=text_column("Size", None, 100),
            on_disk=text_column("On disk", None, 100),
        ),
        height=height_of(len(tables), 18),
        alt="Size of each table",
    )


def size_text(size: int | None) -> str | None:
    """Return a number of bytes in the unit that suits it; None where it is not known."""
    if size is None:
        return None
    number, unit = float(size), 0
    while number >= KILO and unit < len(UNITS) - 1:
        number, unit = number / KILO, unit + 1
    return f"{number:.1f} {UNITS[unit]}" if unit else f"{size} B"

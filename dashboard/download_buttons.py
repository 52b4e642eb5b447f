"""Buttons that hand out what a page shows as a file, made only when they are pressed."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.downloads import csv_file, parquet_file

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

CSV_HELP = (
    "Text that a spreadsheet would take for a formula gets a quote (') in front. Parquet has "
    "the values as they are."
)


def show_downloads(name: str, table: "Callable[[], pa.Table]") -> None:
    """Show two buttons that download the rows as `name`.csv and `name`.parquet.

    `table` is called when a button is pressed, outside the page's own run.
    """
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "CSV",
            data=lambda: csv_file(table()),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            help=CSV_HELP,
            key=f"{name}_csv",
            on_click="ignore",
        )
        st.download_button(
            "Parquet",
            data=lambda: parquet_file(table()),
            file_name=f"{name}.parquet",
            mime="application/vnd.apache.parquet",
            icon=":material/download:",
            key=f"{name}_parquet",
            on_click="ignore",
        )

"""Writes docs/tables.md from the comments that a lake's tables and views carry.

python -m tests.tables_page docs/tables.md
"""

import sys
import tempfile
from pathlib import Path

from analysis import open_answers
from analysis.views import READER_VIEWS
from lake import open_lake
from lake.tables import TABLES

HEAD = """# Tables and views

What `roletrail sql`, the dashboard's Ask page and notebooks read. Tables are kept in the lake as
Iceberg tables of these names and columns; views are worked out when they are asked. Times are UTC,
in microseconds. In a lake, `duckdb_views()` and `duckdb_columns()` tell the same:

```sql
select view_name, comment
from duckdb_views()
where view_name = 'attributed_events'
```

This page is written by `make tables`.
"""
COLUMNS = """
select column_name, lower(data_type), coalesce(comment, '')
from duckdb_columns()
where table_name = $name
order by column_index
"""


def tables_page() -> str:
    """Return the page, in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        open_lake(folder, create=True)
        answers = open_answers(folder)
        parts = [HEAD]
        for title, names in (("Tables", TABLES), ("Views", READER_VIEWS)):
            parts.append(f"\n## {title}\n")
            for name in names:
                comments = "select comment from duckdb_views() where view_name = $name"
                ((comment,),) = answers.sql(comments, {"name": name}).fetchall()
                parts.append(f"\n### {name}\n\n{comment}\n\n| column | type | |\n|---|---|---|\n")
                columns = answers.sql(COLUMNS, {"name": name}).fetchall()
                parts += ["| {} | {} | {} |\n".format(*map(_cell, column)) for column in columns]
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("timestamp with time zone", "timestamptz").replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(tables_page())

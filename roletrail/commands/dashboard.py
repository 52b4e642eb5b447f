"""`roletrail dashboard`: the answers as pages."""

from typing import Annotated

import typer

from roletrail.options import DEFAULT_LAKE, Lake
from roletrail.serving import LOCAL_HOST, serve

Host = Annotated[
    str, typer.Option(metavar="ADDRESS", help="Address to listen on; by default only this machine.")
]
Port = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, max=65535, help="Port; by default the first free one from 8501 on."
    ),
]


def dashboard(lake: Lake = DEFAULT_LAKE, host: Host = LOCAL_HOST, port: Port = None) -> None:
    """Serve the dashboard over the lake until Ctrl-C. It only reads."""
    from lake import open_lake

    open_lake(lake)
    serve(lake, host, port)

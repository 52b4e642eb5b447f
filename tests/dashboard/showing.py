"""Pages of the dashboard without a browser: run, and read."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard import entrance
from tests.conftest import REPOSITORY

APP = REPOSITORY / "dashboard" / "app.py"
PAGES = {
    "overview": "",
    "list": "streaming-sessions",
    "one": "streaming-session",
    "people": "people",
    "apis": "apis",
    "roles": "roles",
    "credentials": "credentials",
    "endpoints": "endpoints",
    "findings": "findings",
    "ask": "ask",
    "health": "health",
}


class Show:
    """Runs a page of the dashboard over a lake."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(self, lake: Path, page_name: str, /, **address: str) -> AppTest:
        self.monkeypatch.setenv("ROLETRAIL_LAKE", str(lake))
        self.monkeypatch.setattr(entrance, "is_loopback", lambda _: True)  # no server, no address
        app = AppTest.from_file(str(APP), default_timeout=60)
        # AppTest itself only finds pages that are files of their own.
        app._page_hash = calc_hash(PAGES[page_name])
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception[0].value
        return app


def words_of(app: AppTest) -> str:
    parts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.text, *app.code]
    return "\n".join(str(part.value) for part in parts)


def figures_of(app: AppTest) -> dict[str, str]:
    return {figure.label: figure.value for figure in app.metric}

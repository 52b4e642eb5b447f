"""Who gets past the gate, and that those who don't cause no question to the lake."""

import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard import gate as gate_module
from dashboard import questions
from dashboard.allow_list import AllowList
from dashboard.gate import Gate, Standing
from dashboard.sign_in_settings import SignInSettings
from tests.dashboard.showing import APP, PAGES, words_of

Claims = dict[str, Any]


@pytest.fixture
def gate() -> Gate:
    return Gate(
        SignInSettings(
            discovery_url="https://login.example.com/.well-known/openid-configuration",
            client_id="roletrail",
            client_secret="secret",
            cookie_secret="cookie",
            redirect_uri="https://roletrail.example.com/oauth2callback",
            allow=AllowList(domains=("example.com",)),
            hours=8,
        )
    )


def claims_of(email: str = "ana@example.com", **others: object) -> Claims:
    return {
        "is_logged_in": True,
        "provider": "default",
        "aud": "roletrail",
        "sub": email,
        "iat": time.time(),
        "email": email,
        "email_verified": True,
    } | others


HOURS = 3600


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"iat": time.time() - 7 * HOURS},
        {"aud": ["another", "roletrail"]},
    ],
)
def test_a_sign_in_that_counts_is_admitted(gate: Gate, others: Claims) -> None:
    assert gate.standing(claims_of(**others)) is Standing.ADMITTED


@pytest.mark.parametrize(
    "others",
    [
        {"is_logged_in": False},
        {"iat": time.time() - 8 * HOURS - 1},
        {"iat": None},
        {"iat": "1790000000"},
        {"iat": float("nan")},
        {"aud": "another"},
        {"aud": ["another"], "azp": "roletrail"},
        {"aud": None},
        {"provider": "another"},
    ],
)
def test_a_sign_in_that_does_not_count_is_none(gate: Gate, others: Claims) -> None:
    assert gate.standing(claims_of(**others)) is Standing.SIGNED_OUT


def test_signing_out_ends_one_sign_in_and_no_other(gate: Gate) -> None:
    here, elsewhere = claims_of(nonce="here"), claims_of(nonce="elsewhere")
    gate.end(here)
    assert gate.standing(here) is Standing.SIGNED_OUT
    assert gate.standing(elsewhere) is Standing.ADMITTED


OUT = ({"is_logged_in": False}, "Sign in to see this dashboard")
STRANGER = (claims_of("eve@evil-example.com"), "You are not on the list")
UNVERIFIED = (claims_of(email_verified=False), "You are not on the list")


@pytest.mark.parametrize(
    ("page", "who"), [*((page, STRANGER) for page in PAGES.values()), ("", OUT), ("", UNVERIFIED)]
)
def test_no_page_asks_the_lake_for_those_who_may_not_see_it(
    gate: Gate, page: str, who: tuple[Claims, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        pytest.fail("the lake was asked")

    monkeypatch.setattr(questions, "_open", fail)
    monkeypatch.setattr(questions, "_version", fail)
    monkeypatch.setattr(gate_module, "_gates", [gate])
    app = AppTest.from_file(str(APP))
    app._page_hash = calc_hash(page)
    app.query_params["person"] = "somebody"
    app.user, headline = who
    app.run()
    assert not app.exception
    assert headline in app.title[0].value
    assert not app.sidebar.children
    assert not [*app.dataframe, *app.metric, *app.selectbox]


def test_who_is_admitted_sees_the_page_and_who_they_are(
    gate: Gate, sample_lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLETRAIL_LAKE", str(sample_lake))
    monkeypatch.setattr(gate_module, "_gates", [gate])
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.user = claims_of()
    app.run()
    assert app.title[0].value == "Overview"
    assert "`ana@example.com`" in words_of(app)
    assert [button.label for button in app.sidebar.button] == ["Sign out"]


def test_started_by_streamlit_alone_it_shows_nothing_where_others_can_reach_it(
    sample_lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLETRAIL_LAKE", str(sample_lake))
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    assert "This dashboard has no sign-in" in app.title[0].value
    assert not app.metric

"""The way in: nothing of the lake is asked for before it is known who is there."""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import streamlit as st

from dashboard.address import read
from dashboard.escaping import code
from dashboard.gate import Gate, Standing, raised_gate
from dashboard.loopback import is_loopback
from dashboard.pages import addresses
from dashboard.sign_in_guard import FAILED

WAIVED = "ROLETRAIL_WITHOUT_SIGN_IN"
LOOKED_EVERY = timedelta(seconds=10)


def is_open() -> bool:
    """Return whether this visitor may see the pages; if not, show what they can do about it."""
    gate = raised_gate()
    if gate is None:
        if is_loopback(st.get_option("server.address") or "") or os.environ.get(WAIVED):
            return True
        _show_instead(_show_sign_in_missing)
        return False
    match gate.standing(st.user.to_dict()):
        case Standing.ADMITTED:
            return True
        case Standing.NOT_LISTED:
            _show_instead(partial(_show_not_listed, gate))
        case Standing.SIGNED_OUT:
            _show_instead(_show_sign_in)
    return False


def show_who_is_signed_in() -> None:
    """Show in the sidebar who is there, and the way out; nothing where there is no sign-in."""
    gate = raised_gate()
    if gate is None:
        return
    with st.sidebar:
        st.caption(f"Signed in as  \n{code(_name())}")
        st.button("Sign out", icon=":material/logout:", on_click=_sign_out, args=(gate,))
    _watch(gate)


@st.fragment(run_every=LOOKED_EVERY)
def _watch(gate: Gate) -> None:
    """Close an open page when its sign-in has ended, here or in another tab."""
    if gate.standing(st.user.to_dict()) is not Standing.ADMITTED:
        st.rerun(scope="app")


def _sign_out(gate: Gate) -> None:
    """End the sign-in at once, also where the browser never gets as far as the provider."""
    gate.end(st.user.to_dict())
    st.logout()


def _show_instead(show: Callable[[], None]) -> None:
    """Show this at every address of ours, so that a link stays what it is through a sign-in."""
    here = [
        st.Page(show, title="roletrail", url_path=address or None, default=not address)
        for address in addresses()
    ]
    st.navigation(here, position="hidden").run()


def _show_sign_in() -> None:
    with _frame(":material/lock:", "Sign in to see this dashboard"):
        st.markdown("It shows who called which AWS APIs, and is open to those on its list.")
        if read(FAILED):
            st.warning(
                "That didn't work: the provider refused, or what it sent couldn't be verified. "
                "Try again. If it stays like this, the log of the dashboard says why.",
                icon=":material/error:",
            )
        st.button(
            "Sign in", type="primary", icon=":material/login:", on_click=st.login, width="stretch"
        )


def _show_not_listed(gate: Gate) -> None:
    with _frame(":material/person_off:", "You are not on the list"):
        st.markdown(
            f"You are signed in as {code(_name())}, and that worked. But this dashboard is open to "
            "certain people only. Ask those who run it to put you on its list, or sign in as "
            "somebody who is on it."
        )
        st.button(
            "Sign out",
            icon=":material/logout:",
            on_click=_sign_out,
            args=(gate,),
            width="stretch",
        )


def _show_sign_in_missing() -> None:
    with _frame(":material/lock:", "This dashboard has no sign-in"):
        st.markdown(
            "It listens where other machines can reach it, so it shows nothing. Start it with "
            "`roletrail dashboard`, which says what sign-in needs, or let it listen on this "
            "machine only: `--server.address localhost`."
        )


def _frame(icon: str, headline: str) -> "st.delta_generator.DeltaGenerator":
    _, middle, _ = st.columns([1, 2, 1])
    frame = middle.container(border=True)
    frame.title(f"{icon} {headline}", anchor=False)
    return frame


def _name() -> str:
    """Return what the person goes by at the provider."""
    claims = st.user.to_dict()
    return str(claims.get("email") or claims.get("name") or claims.get("sub") or "")

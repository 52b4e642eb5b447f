"""The address bar is where a view is kept: a pasted link opens the same view, and Back works.

Widgets take their value from the query parameters and write it back when it is changed. Their keys
carry that value, so that a widget is made anew whenever the address says something else.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

GLOBAL = ("range", "from", "to", "account", "region", "fleet", "person")
LIST = ("search", "confidence", "only", "show")


def read(name: str, default: str = "") -> str:
    """Return a parameter of the address, or the default."""
    return st.query_params.get(name, default)


def read_one_of(name: str, choices: Iterable[str], default: str = "") -> str:
    """Return a parameter of the address if it is one of the choices, or the default."""
    value = read(name, default)
    return value if value in choices else default


def write(name: str, value: str) -> None:
    """Put a parameter into the address; an empty one is taken out."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _write_all(values: Mapping[str, str]) -> None:
    """Put parameters into the address as one step of the browser's history, if none is empty."""
    if all(values.values()):
        st.query_params.update(values)
        return
    for name, value in values.items():
        write(name, value)


def kept(*names: str) -> dict[str, str]:
    """Return those of the parameters that the address has, to be handed on in a link."""
    return {name: st.query_params[name] for name in names if name in st.query_params}


def widget_key(name: str) -> str:
    """Return the key of the widget that stands for a parameter.

    Each change of it makes another one, also for a value that it had before: the browser keeps what
    was typed into a widget, and would show it again when going back.
    """
    return f"{name}={read(name)} {st.session_state.get(_changes(name), 0)}"


def _changes(name: str) -> str:
    return f"changes of {name}"


def on_change(
    name: str,
    as_text: Callable[[Any], str],
    along: Callable[[Any], Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """Return the widget arguments that tie it to a parameter: its key, and what a change does.

    `along` returns other parameters that change with it; Back takes all of them back at once.
    """
    key = widget_key(name)

    def changed() -> None:
        chosen = st.session_state[key]
        st.session_state[_changes(name)] = st.session_state.get(_changes(name), 0) + 1
        if along is None:
            write(name, as_text(chosen))
        else:
            _write_all({name: as_text(chosen), **along(chosen)})
        if name != "page":  # what is on a page of a list depends on all else
            write("page", "")

    return {"key": key, "on_change": changed}

"""The page where anybody asks anything: SQL over the tables and views, and the saved questions."""

import streamlit as st

from analysis import AnalysisError
from analysis.bounded_answers import MOST_ROWS, MOST_SECONDS, parameters_of, saved_questions
from dashboard.address import read, write
from dashboard.answer_view import show_answer
from dashboard.escaping import visible
from dashboard.filter_bar import show_filter_bar
from dashboard.filters import Filter
from dashboard.query_parameters import as_value, suggested
from dashboard.questions import extent, free_answer

PAGE_HELP = (
    "One query that reads, over the tables and views of the lake. `show tables` names them; "
    "`attributed_events` has a row per event and who was behind it. The query can't write, and "
    f"can't read anything else. It ends after {MOST_SECONDS:.0f} seconds and {MOST_ROWS:,} rows."
)
SAVED_HELP = "The questions behind the pages and commands. Choose one to have its SQL here."
PARAMETER_HELP = "Left empty it is null. Times are UTC, such as 2026-01-31T22:41."
FIRST_QUERY = """select user_id, session_confidence, event_source, event_name, count(*) as calls
from attributed_events
where workload_kind = 'appstream_fleet'
group by all
order by calls desc"""
HISTORY_KEPT = 20
TITLE = 82  # characters that the box has room for
EDITOR = "query"
HISTORY = "asked"
ANSWERED = "answered"


def show() -> None:
    """Show the page."""
    st.title("Ask", anchor=False, help=PAGE_HELP)
    chosen = show_filter_bar(extent())
    if chosen is None:
        return
    _take_over()
    sources = st.container(horizontal=True, vertical_alignment="bottom")
    with sources:
        _choose_saved()
    _show_meaning()
    st.text_area("SQL", key=EDITOR, height=230, help=PAGE_HELP)
    query = str(st.session_state[EDITOR])
    parameters = _parameters(query, chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        is_asked = st.button("Ask", type="primary", icon=":material/play_arrow:")
        st.caption(
            f"Reads only  ·  at most {MOST_ROWS:,} rows and {MOST_SECONDS:.0f} seconds  ·  "
            "parameters that the filter has are filled in"
        )
    if is_asked:
        _ask(query, parameters)
    with sources:
        _choose_earlier()
    if ANSWERED in st.session_state:
        asked, answer = st.session_state[ANSWERED]
        if asked == query:
            show_answer(answer)
        else:
            st.caption("The query has changed since. Ask to see its answer.")


def _take_over() -> None:
    """Put the saved question that the address names into the editor, once per change of it."""
    name = read("question")
    if EDITOR in st.session_state and st.session_state.get("question taken") == name:
        # A widget's value is forgotten on other pages unless it is written anew in each run.
        st.session_state[EDITOR] = st.session_state[EDITOR]
        return
    st.session_state["question taken"] = name
    saved = {question.name: question.sql for question in saved_questions()}
    st.session_state[EDITOR] = saved.get(name) or st.session_state.get(EDITOR, FIRST_QUERY)


def _choose_saved() -> None:
    meanings = {question.name: question.meaning for question in saved_questions()}
    name = read("question")
    key = f"saved {name}"
    st.selectbox(
        "Saved question",
        list(meanings),
        index=list(meanings).index(name) if name in meanings else None,
        placeholder="Choose one",
        format_func=lambda choice: titled(choice, meanings[choice]),
        help=SAVED_HELP,
        key=key,
        on_change=lambda: write("question", st.session_state[key] or ""),
        width=620,
    )


def titled(name: str, meaning: str) -> str:
    """Return a saved question as the list has it: name and meaning, as far as they fit."""
    words = name.replace("_", " ")
    about = f"{words[0].upper()}{words[1:]}: {meaning.removeprefix('One row per ')}"
    return about if len(about) <= TITLE else f"{about[: TITLE - 1].rpartition(' ')[0]} …"


def _show_meaning() -> None:
    meaning = {question.name: question.meaning for question in saved_questions()}.get(
        read("question")
    )
    if meaning:
        st.caption(meaning.replace("$", "\\$"))


def _choose_earlier() -> None:
    history: list[str] = st.session_state.get(HISTORY, [])
    if not history:
        return
    key = f"earlier {len(history)}"
    st.selectbox(
        "Asked before",
        range(len(history)),
        index=None,
        placeholder=f"{len(history)} in this browser session",
        format_func=lambda number: visible(" ".join(history[number].split()), 90),
        key=key,
        on_change=_take_earlier,
        args=(key,),
        width=380,
    )


def _take_earlier(key: str) -> None:
    number = st.session_state[key]
    if number is not None:
        st.session_state[EDITOR] = st.session_state[HISTORY][number]


def _parameters(query: str, chosen: Filter) -> dict[str, object]:
    names = parameters_of(query)
    known = suggested(chosen)
    unknown = [name for name in names if name not in known]
    typed = {}
    if unknown:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for name in unknown:
                typed[name] = as_value(
                    st.text_input(
                        f"${name}", help=PARAMETER_HELP, key=f"parameter {name}", width=230
                    )
                )
    return {name: known.get(name, typed.get(name)) for name in names}


def _ask(query: str, parameters: dict[str, object]) -> None:
    st.session_state.pop(ANSWERED, None)
    try:
        with st.spinner("Asking …", show_time=True):
            answer = free_answer(query, parameters)
    except AnalysisError as error:
        st.error("This can't be answered:")
        st.text(visible(str(error), 1_000))
        return
    history: list[str] = st.session_state.get(HISTORY, [])
    st.session_state[HISTORY] = [query, *(one for one in history if one != query)][:HISTORY_KEPT]
    st.session_state[ANSWERED] = (query, answer)

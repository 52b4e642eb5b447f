"""The pages of findings, and of questions that anybody asks."""

from pathlib import Path

import pytest

from dashboard.ask_page import TITLE, titled
from dashboard.escaping import visible
from dashboard.one_finding import first_of, key_in
from tests.dashboard.lakes import ACCESS_KEY_ID, ATTACK, EVENT_COUNT, REFERENCE
from tests.dashboard.showing import Show, words_of

# ── findings ─────────────────────────────────────────────────────────────────────────────────


def test_findings_are_listed_and_narrowed_by_severity(show: Show, hostile_lake: Path) -> None:
    (listing,) = show(hostile_lake, "findings").dataframe
    assert list(listing.value["who"]) == [visible(ATTACK)]
    words = words_of(show(hostile_lake, "findings", severity="critical"))
    assert "No findings match" in words


def test_findings_are_narrowed_to_a_person_and_a_fleet(show: Show, hostile_lake: Path) -> None:
    assert len(show(hostile_lake, "findings", person=ATTACK, fleet=ATTACK).dataframe) == 1
    assert len(show(hostile_lake, "findings", person="somebody else").dataframe) == 0


def test_a_finding_has_its_events_as_evidence(show: Show, hostile_lake: Path) -> None:
    app = show(hostile_lake, "findings", id="finding", event="hostile-0007")
    (events,) = app.dataframe
    assert list(events.value["event_id"]) == ["hostile-0000", "hostile-0007"]
    assert "2 of 120 events" in words_of(app)
    assert '"event_id": "hostile-0007"' in app.code[0].value


def test_a_finding_leads_to_its_credentials_and_to_what_our_rules_advise_to_read(
    show: Show, hostile_lake: Path
) -> None:
    app = show(hostile_lake, "findings", id="finding")
    links = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    assert ACCESS_KEY_ID in links["The credentials it is about"]
    references = next(str(text.value) for text in app.markdown if "Read on" in text.value)
    assert f"- <{REFERENCE}>" in references
    assert "evil.example" in references
    assert references.count("- <") == 1


def test_a_finding_says_whether_it_names_a_person_or_a_candidate() -> None:
    assert first_of({"user_ids": ["a"], "candidate_user_ids": ["b"]}) == {
        "a": "What the first person did"
    }
    assert first_of({"user_ids": None, "candidate_user_ids": ["b"]}) == {
        "b": "What the first candidate did"
    }
    assert first_of({"user_ids": [], "candidate_user_ids": None}) == {}


def test_the_credentials_of_a_finding_are_those_that_it_names_or_the_only_ones() -> None:
    events = [{"role_session_id": key} for key in ("ASIA1", "ASIA2", None)]
    assert key_in("ASIA2 at 198.51.100.77", events) == "ASIA2"
    assert key_in("arn:aws:iam::1:role/r", events) is None
    assert key_in("arn:aws:iam::1:role/r", events[1:]) == "ASIA2"


def test_findings_that_were_last_seen_after_the_range_are_said_to_be(
    show: Show, hostile_lake: Path
) -> None:
    after, within = (
        words_of(
            show(
                hostile_lake,
                "findings",
                **{"range": "Custom", "from": "2026-03-02T09:00", "to": f"2026-03-02T{end}:00"},
            )
        )
        for end in ("10", "11")
    )
    assert "1 of them was last seen after this range" in after
    assert "last seen after" not in within


# ── ask ──────────────────────────────────────────────────────────────────────────────────────


def test_a_query_is_answered_and_remembered(show: Show, hostile_lake: Path) -> None:
    app = show(hostile_lake, "ask")
    app.text_area[0].set_value("select event_id, 1 as one from events").run()
    app.button[-1].click().run()
    assert f"{EVENT_COUNT} rows" in words_of(app)
    assert len(app.dataframe[0].value) == EVENT_COUNT
    earlier = next(box for box in app.selectbox if box.label == "Asked before")
    assert "select event_id" in earlier.options[0]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("drop table events", "only one query that reads"),
        ("select nonsense from events", "nonsense"),
        ("select * from read_text('/etc/passwd')", "disabled"),
    ],
)
def test_a_query_that_is_wrong_says_why(
    show: Show, hostile_lake: Path, query: str, reason: str
) -> None:
    app = show(hostile_lake, "ask")
    app.text_area[0].set_value(query).run()
    app.button[-1].click().run()
    assert reason in "\n".join(text.value for text in app.text)
    assert not app.exception


def test_a_saved_question_has_its_parameters_filled_in_from_the_filter(
    show: Show, hostile_lake: Path
) -> None:
    app = show(hostile_lake, "ask", question="people")
    assert str(app.text_area[0].value).startswith("-- One row per person")
    app.button[-1].click().run()
    assert list(app.dataframe[0].value["streaming_session_count"]) == [1]


def test_a_parameter_that_no_filter_has_is_asked_for(show: Show, hostile_lake: Path) -> None:
    app = show(hostile_lake, "ask", question="role_session_by_id")
    (box,) = (box for box in app.text_input if box.label == "$role_session_id")
    box.set_value(ACCESS_KEY_ID).run()
    app.button[-1].click().run()
    assert "1 row" in words_of(app)


def test_a_saved_question_says_what_it_is_about_as_far_as_there_is_room() -> None:
    assert titled("event_by_id", "The event.") == "Event by id: The event."
    long = titled("apis", "One row per API " + "called " * 40)
    assert long.startswith("Apis: API called called")
    assert long.endswith(" …")
    assert len(long) <= TITLE

"""The pages of people, APIs, roles, credentials, endpoints and of the lake itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis import open_answers
from dashboard.escaping import visible
from tests.dashboard.lakes import ACCESS_KEY_ID, ATTACK, EVENT_COUNT
from tests.dashboard.showing import Show, figures_of, words_of

ALL = {"range": "All time"}


def first(lake: Path, query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = open_answers(str(lake)).sql(query).fetchone()
    assert row is not None
    return row


# ── people ───────────────────────────────────────────────────────────────────────────────────


def test_people_are_all_who_are_named_by_appstream_or_by_aws(show: Show, sample_lake: Path) -> None:
    (listing,) = show(sample_lake, "people", **ALL).dataframe
    came_by = dict(zip(listing.value["person"], listing.value["came_by"], strict=True))
    assert came_by["hoge"] == "streaming session, AppStream for them"
    assert came_by["nora.lindner@example.com"] == "direct sign-in"
    assert came_by["test-user"] == "chained role, direct sign-in"


def test_a_person_is_found_by_a_part_of_the_name(show: Show, sample_lake: Path) -> None:
    (listing,) = show(sample_lake, "people", **ALL, search="LINDNER").dataframe
    assert list(listing.value["person"]) == ["nora.lindner@example.com"]


def test_a_person_has_all_calls_by_whatever_way(show: Show, sample_lake: Path) -> None:
    person = "jiwoo.park@example.com"
    app = show(sample_lake, "people", **ALL, person=person)
    calls, streams = first(
        sample_lake,
        f"""select sum(event_count), count(distinct streaming_session_id)
        from session_activity
        where user_id = '{person}'
            or (workload_kind = 'saml_user' and workload_name = '{person}')""",
    )
    figures = figures_of(app)
    assert (figures["Calls"], figures["Streaming sessions"]) == (str(calls), str(streams))
    words = words_of(app)
    for way in ("streaming session", "chained role", "direct sign-in", "AppStream for them"):
        assert f"by {way}" in words


@pytest.mark.parametrize("tab", ["Streaming sessions", "Credentials", "Addresses", "Events"])
def test_each_tab_of_a_person_has_its_table(show: Show, hostile_lake: Path, tab: str) -> None:
    (table,) = show(hostile_lake, "people", person=ATTACK, tab=tab).dataframe
    assert len(table.value) == (100 if tab == "Events" else 1)


def test_the_events_of_a_person_are_those_that_the_roll_up_counts(
    show: Show, sample_lake: Path
) -> None:
    app = show(sample_lake, "people", **ALL, person="fuga", tab="Events", result="denied")
    assert "of 3 events, latest first" in words_of(app)
    (table,) = app.dataframe
    assert len(table.value) == 3


# ── APIs ─────────────────────────────────────────────────────────────────────────────────────


def test_apis_are_counted_by_result(show: Show, sample_lake: Path) -> None:
    (listing,) = show(sample_lake, "apis", **ALL, search="listbuckets").dataframe
    (calls,) = first(
        sample_lake,
        "select sum(event_count) from session_activity where event_name = 'ListBuckets'",
    )
    assert listing.value.iloc[0]["api"] == "s3:ListBuckets"
    assert listing.value.iloc[0]["event_count"] == calls


def test_an_api_names_everybody_who_called_it(show: Show, sample_lake: Path) -> None:
    app = show(sample_lake, "apis", **ALL, service="s3.amazonaws.com", call="ListBuckets")
    assert "`s3:ListBuckets`" in words_of(app)
    assert "hoge" in set(app.dataframe[0].value["caller"])


def test_a_first_use_is_one_that_nothing_older_shows(show: Show, sample_lake: Path) -> None:
    app = show(sample_lake, "apis", tab="First uses", range="24 hours", only="fleets")
    (listing,) = app.dataframe
    newest, fleet, api = listing.value.iloc[0][["first_used_at", "fleet_name", "api"]]
    (older,) = first(
        sample_lake,
        f"""select count(*) from session_activity
        where workload_kind = 'appstream_fleet' and fleet_name = '{fleet}'
            and event_name = '{api.partition(":")[2]}' and first_event_at < '{newest}'""",
    )
    assert older == 0


# ── roles, credentials, endpoints ────────────────────────────────────────────────────────────


def test_a_role_that_several_resources_carry_is_said_to_be_shared(
    show: Show, sample_lake: Path
) -> None:
    roles, history = show(sample_lake, "roles", **ALL).dataframe
    shared = dict(zip(roles.value["role"], roles.value["shared"], strict=True))
    assert shared["appstream-shared-role"] == "yes, by 4"
    assert shared["appstream-trading-role"] == "no"
    changed = history.value[history.value["what"] == "role changed"]
    assert set(changed["resource_id"]) == {"lab-fleet"}
    assert set(changed["before"]) == {"appstream-lab-role"}


def test_what_a_role_used_stands_against_what_it_is_granted(show: Show, sample_lake: Path) -> None:
    (role_arn,) = first(
        sample_lake,
        """select issuing_role_arn from role_sessions
        where issuing_role_arn like '%/appstream-trading-role' limit 1""",
    )
    app = show(sample_lake, "roles", **ALL, role=role_arn)
    asked = app.toggle[0].set_value(True).run()
    assert not asked.exception
    needed = json.loads(asked.code[0].value)
    used = {action for statement in needed["Statement"] for action in statement["Action"]}
    assert "s3:ListAllMyBuckets" in used
    granted = {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "sns:Publish"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [granted]})
    compared = asked.text_area[0].set_value(policy).run()
    assert not compared.exception
    titles = {table.proto.alt: table.value for table in compared.dataframe}
    unused = titles["Granted, never used"]
    assert list(unused["items"]) == ["sns:Publish"]
    missing = titles["Used, not granted"]
    assert set(missing["name"]) == used - {"s3:ListAllMyBuckets"}


def test_what_is_no_policy_is_said_to_be_none(show: Show, hostile_lake: Path) -> None:
    (role_arn,) = first(hostile_lake, "select any_value(issuing_role_arn) from role_sessions")
    app = show(hostile_lake, "roles", **ALL, role=role_arn)
    asked = app.toggle[0].set_value(True).run()
    compared = asked.text_area[0].set_value("<script>alert(1)</script>").run()
    assert not compared.exception
    assert [error.value for error in compared.error]


def test_credentials_used_outside_their_network_are_found(show: Show, sample_lake: Path) -> None:
    (listing,) = show(sample_lake, "credentials", **ALL, only="outside").dataframe
    assert len(listing.value) == 2
    app = show(sample_lake, "credentials", id=str(listing.value["role_session_id"].iloc[0]))
    assert "outside the network" in app.warning[0].value
    assert int(figures_of(app)["Calls from outside"]) > 0


def test_chained_credentials_lead_up_to_the_person(show: Show, sample_lake: Path) -> None:
    (key, person) = first(
        sample_lake,
        """select child_role_session_id, user_id from credential_lineage
        join attributions on role_session_id = child_role_session_id
        where depth > 2 and user_id is not null order by 1 limit 1""",
    )
    app = show(sample_lake, "credentials", id=key)
    claims, links, *_ = (frame.value for frame in app.dataframe)
    assert person in set(claims["user_id"])
    assert key in set(links["child_role_session_id"])
    assert len(links) > 1


def test_credentials_that_are_unknown_are_said_to_be(show: Show, hostile_lake: Path) -> None:
    words = words_of(show(hostile_lake, "credentials", id="AKIANOSUCHKEY"))
    assert "not in the lake" in words
    assert "`AKIANOSUCHKEY`" in words


def test_endpoints_are_yours_or_not_and_what_went_past_them_is_listed(
    show: Show, sample_lake: Path
) -> None:
    app = show(sample_lake, "endpoints", **ALL)
    figures = figures_of(app)
    assert min(int(figures[name]) for name in figures) > 0
    traffic, bypasses, denials = (frame.value for frame in app.dataframe)
    owners = dict(zip(traffic["vpc_endpoint_id"], traffic["ownership"], strict=True))
    assert owners["vpce-1234"] == "foreign"
    assert bypasses["event_count"].sum() == int(figures["Past an endpoint"])
    assert denials["event_count"].sum() == int(figures["Refused by an endpoint"])


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
    app = show(hostile_lake, "ask", question="most_active_people")
    assert str(app.text_area[0].value).startswith("-- One row per person")
    app.button[-1].click().run()
    assert list(app.dataframe[0].value["streaming_session_count"]) == [1]


def test_a_parameter_that_no_filter_has_is_asked_for(show: Show, hostile_lake: Path) -> None:
    app = show(hostile_lake, "ask", question="role_session_by_id")
    (box,) = (box for box in app.text_input if box.label == "$role_session_id")
    box.set_value(ACCESS_KEY_ID).run()
    app.button[-1].click().run()
    assert "1 row" in words_of(app)


# ── health ───────────────────────────────────────────────────────────────────────────────────


def test_health_says_how_fresh_and_how_whole_the_lake_is(show: Show, sample_lake: Path) -> None:
    app = show(sample_lake, "health")
    figures = figures_of(app)
    assert figures["Rejected"] == "1"
    assert figures["Days to attribute"] == "0"
    newest, _ = (frame.value for frame in app.dataframe)
    assert set(newest["account_id"]) == {"123456789012", "210987654321"}


@pytest.mark.parametrize(
    ("tab", "column"),
    [
        ("Rejects", "reason"),
        ("Digests", "verified_count"),
        ("Objects", "duplicates"),
        ("Size", "on_disk"),
    ],
)
def test_each_tab_of_health_has_its_table(
    show: Show, hostile_lake: Path, tab: str, column: str
) -> None:
    app = show(hostile_lake, "health", tab=tab)
    assert column in app.dataframe[0].value.columns

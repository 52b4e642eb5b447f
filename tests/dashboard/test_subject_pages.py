"""The pages of people, APIs, roles, credentials, endpoints and of the lake itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis import open_answers
from dashboard import pages
from dashboard.one_api import open_caller
from tests.dashboard.lakes import ATTACK
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


def test_a_range_with_minutes_in_it_counts_and_lists_the_same_full_hours(
    show: Show, sample_lake: Path
) -> None:
    person = "jiwoo.park@example.com"
    (hour,) = first(
        sample_lake,
        f"""select strftime(hour_at at time zone 'UTC', '%Y-%m-%dT%H') from session_activity
        where user_id = '{person}' group by hour_at having count(*) > 9 order by hour_at limit 1""",
    )
    bounds = {"range": "Custom", "from": f"{hour}:30", "to": f"{hour}:40"}
    app = show(sample_lake, "people", **bounds, person=person, tab="Events")
    (events,) = app.dataframe
    assert figures_of(app)["Calls"] == str(len(events.value))
    assert [field.label for field in app.datetime_input] == [
        "From (UTC, full hours)",
        "Until (UTC, full hours)",
    ]
    assert [f"{field.value:%M}" for field in app.datetime_input] == ["00", "00"]


def test_the_events_of_a_person_are_those_that_the_roll_up_counts(
    show: Show, sample_lake: Path
) -> None:
    app = show(sample_lake, "people", **ALL, person="fuga", tab="Events", result="denied")
    assert "of 3 events, latest first" in words_of(app)
    (table,) = app.dataframe
    assert len(table.value) == 3


def test_an_event_of_a_person_says_by_which_way_it_came_and_what_it_was_about(
    show: Show, sample_lake: Path
) -> None:
    app = show(
        sample_lake, "people", **ALL, person="jiwoo.park@example.com", tab="Events", result="ok"
    )
    shown = app.dataframe[0].value
    assert {"streaming session", "AppStream for them"} <= set(shown["way"])
    objects = shown[shown["api"] == "s3:GetObject"]["resource"]
    assert len(objects)
    assert all("/" in resource for resource in objects)


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
    callers, events = (frame.value for frame in app.dataframe)
    assert "hoge" in set(callers["caller"])
    assert "hoge" in set(events["caller"])
    assert list(events["event_time"]) == sorted(events["event_time"], reverse=True)


@pytest.mark.parametrize(
    ("workload_kind", "page_name", "address"),
    [
        ("appstream_service", "credentials", {"search": "somebody"}),
        ("iam_user", "people", {"person": "somebody"}),
    ],
)
def test_a_caller_that_is_nobody_in_a_streaming_session_leads_on(
    monkeypatch: pytest.MonkeyPatch, workload_kind: str, page_name: str, address: dict[str, str]
) -> None:
    gone_to: list[tuple[str, dict[str, str]]] = []
    for name in ("credentials", "people"):
        monkeypatch.setattr(pages, name, lambda name=name: name)
    monkeypatch.setattr(pages, "go_to", lambda page, **to: gone_to.append((page, to)))
    monkeypatch.setattr("streamlit.toast", lambda *_, **__: None)
    open_caller(
        {
            "streaming_session_id": None,
            "user_id": None,
            "workload_kind": workload_kind,
            "workload_name": "somebody",
            "role_session_count": 1,
        }
    )
    assert gone_to[0] == (page_name, address)


def test_the_matrix_can_leave_out_what_nobody_was_denied(sample_lake: Path) -> None:
    asked: dict[str, object] = {"most_sessions": 1_000, "most_apis": 1_000}
    questions = open_answers(str(sample_lake)).questions
    every, denied = (
        questions.api_matrix(only_denied=only, **asked).to_arrow_table()["denied_count"].to_pylist()
        for only in (False, True)
    )
    assert min(every) == 0
    assert min(denied) > 0
    assert len(denied) == sum(count > 0 for count in every)


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
    roles, _, history = show(sample_lake, "roles", **ALL).dataframe
    shared = dict(zip(roles.value["role"], roles.value["shared"], strict=True))
    assert shared["appstream-shared-role"] == "yes, by 4"
    assert shared["appstream-trading-role"] == "no"
    assert "fleet test_appstream_fleet" in set(roles.value["carried_by"])
    changed = history.value[history.value["what"] == "role changed"]
    assert set(changed["resource_id"]) == {"lab-fleet"}
    assert set(changed["before"]) == {"appstream-lab-role"}


def test_roles_assumed_from_those_of_fleets_are_found_in_whatever_account(
    show: Show, sample_lake: Path
) -> None:
    assumed = show(sample_lake, "roles", **ALL).dataframe[1].value.set_index("role")
    reader = assumed.loc["data-reader"]
    (people, calls) = first(
        sample_lake,
        """select count(distinct user_id), sum(event_count) from session_activity
        where issuing_role_arn like '%/data-reader'""",
    )
    columns = ["account", "assumed_from", "person_count", "event_count"]
    assert list(reader[columns]) == ["210987654321", "appstream-shared-role", people, calls]
    assert assumed.loc["ledger-auditor"]["assumed_from"] == "data-reader"


def test_a_search_takes_no_notice_of_case_and_hyphens(show: Show, sample_lake: Path) -> None:
    (listing,) = show(sample_lake, "credentials", **ALL, search="DataReader").dataframe
    assert "data-reader" in set(listing.value["role"])


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


def test_calls_that_no_claim_covers_are_said_to_be_nobodys_beside_those_that_are_somebodys(
    show: Show, sample_lake: Path
) -> None:
    (listing,) = show(sample_lake, "credentials", **ALL, only="outside").dataframe
    levels = listing.value["confidence"].map(set)
    partly = listing.value[levels.map(lambda names: {"certain", "not attributable"} <= names)]
    app = show(sample_lake, "credentials", id=str(partly["role_session_id"].iloc[0]))
    tables = {table.proto.alt: table.value for table in app.dataframe}
    claims = tables["Claims on the credentials"]
    unclaimed = claims[claims["confidence"].map("".join) == "not attributable"]
    outside = figures_of(app)["Calls from outside"]
    assert any(
        f"no claim covers {outside} calls used outside" in why for why in unclaimed["evidence"]
    )
    called = tables["APIs called with the credentials"]
    assert called["last_event_at"].max() <= claims["valid_to"].max()


def test_a_call_that_two_accounts_logged_counts_once_wherever_credentials_are_counted(
    show: Show, sample_lake: Path
) -> None:
    (key, calls) = first(
        sample_lake,
        """select role_session_id, count(distinct coalesce(shared_event_id, event_id))
        from attributed_events
        where event_category is distinct from 'NetworkActivity'
        group by role_session_id
        having count_if(user_identity_type = 'AWSAccount') > 0
        order by role_session_id limit 1""",
    )
    (listing,) = show(sample_lake, "credentials", **ALL, search=key).dataframe
    assert list(listing.value["event_count"]) == [calls]
    app = show(sample_lake, "credentials", id=key)
    assert figures_of(app)["Calls"] == str(calls)
    tables = {table.proto.alt: table.value for table in app.dataframe}
    for name in (
        "Addresses and endpoints that the credentials were used from",
        "APIs called with the credentials",
    ):
        assert tables[name]["event_count"].sum() == calls, name


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

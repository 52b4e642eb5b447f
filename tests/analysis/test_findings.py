import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analysis import AnalysisError, open_answers
from analysis.attribution import attribute
from analysis.findings import Severity, built_in_rules, find, gathering
from analysis.findings.rules import Rule
from analysis.findings.wording import NOBODY, explanation_of, listed, who_text
from ingest import ingest
from lake import Lake, open_lake
from lake.catalog import ensure_tables
from lake.derived_tables import FINDINGS
from lake.replacement import replace_rows
from tests.analysis.findings_cases import RULES
from tests.analysis.findings_lakes import COPIED_KEY, lake_of_copied_key
from tests.analysis.test_golden_cases import deliver_records

OUTSIDE = RULES["credentials_outside_network"]
EACH_API = Rule(
    rule_id="sigma:each-api",
    title="Each API",
    severity=Severity.LOW,
    sql="select event_name as subject, event_id, event_time from calls",
    explanation="{who} called {subject}.",
    unproven="Nothing.",
    remedy="Nothing.",
)


@pytest.fixture(scope="module")
def attributed(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return lake_of_copied_key(tmp_path_factory.mktemp("copied"))


@pytest.fixture
def lake(attributed: Lake) -> Lake:
    """Return that lake without findings; tests may find some, and change nothing else."""
    ensure_tables(attributed, (FINDINGS,))
    replace_rows(attributed, FINDINGS, [])
    return attributed


def rows_of(lake: Lake) -> list[dict[str, object]]:
    """Return the findings, worst first."""
    rows: list[dict[str, object]] = (
        open_answers(lake.location).findings().to_arrow_table().to_pylist()
    )
    return rows


def snapshot_of(lake: Lake) -> int | None:
    snapshot = lake.table(FINDINGS.name).current_snapshot()
    return None if snapshot is None else snapshot.snapshot_id


# ── running ──────────────────────────────────────────────────────────────────────────────────


def test_a_copied_key_is_found_with_the_person_whose_it_was(lake: Lake) -> None:
    summary = find(lake, [OUTSIDE])
    assert (summary.by_rule, summary.new) == ({"credentials_outside_network": 1}, 1)
    (row,) = rows_of(lake)
    assert (row["severity"], row["rule"]) == ("high", "credentials_outside_network")
    assert row["candidate_user_ids"] == ["hoge"]
    assert "perhaps hoge" in str(row["explanation"])
    uses = open_answers(lake.location).sql("""
        select distinct events.credential_use
        from findings
        inner join attributed_events as events
            on list_contains(findings.evidence_event_ids, events.event_id)
    """)
    assert uses.fetchall() == [("outside",)]


def test_a_second_run_without_news_writes_nothing(lake: Lake) -> None:
    find(lake, built_in_rules())
    before, rows = snapshot_of(lake), rows_of(lake)
    assert find(lake, built_in_rules()).new == 0
    assert snapshot_of(lake) == before
    assert rows_of(lake) == rows


def test_a_finding_keeps_its_id_and_when_it_was_first_found(tmp_path: Path) -> None:
    lake = lake_of_copied_key(tmp_path)
    find(lake, [OUTSIDE])
    (before,) = rows_of(lake)
    (*_, copied) = json.loads((COPIED_KEY / "records.json").read_text())
    moment = datetime.fromisoformat(copied["eventTime"]) + timedelta(minutes=1)
    again = {**copied, "eventID": "again", "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
    deliver_records([again], tmp_path / "later")
    ingest(lake, [tmp_path / "later"], processes=1)
    attribute(lake)

    assert find(lake, [OUTSIDE]).new == 0
    (after,) = rows_of(lake)
    kept = ("finding_id", "first_seen_at", "found_at")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["last_seen_at"] == moment
    assert after["event_count"] == int(str(before["event_count"])) + 1


def test_what_is_not_found_any_more_is_dropped(lake: Lake) -> None:
    find(lake, [OUTSIDE])
    find(lake, [replace(OUTSIDE, sql=f"select * from ({OUTSIDE.sql}) where false")])
    assert rows_of(lake) == []


def test_what_rested_on_events_that_have_left_the_lake_stays(lake: Lake) -> None:
    old = "select 'x' as subject, timestamptz '2020-01-01 00:00:00+00' as event_time"
    rule = replace(EACH_API, sql=old)
    find(lake, [rule])
    find(lake, [replace(rule, sql=f"{old} where false")])
    assert [row["subject"] for row in rows_of(lake)] == ["x"]


def test_findings_of_rules_that_are_not_run_stay(lake: Lake) -> None:
    find(lake, [OUTSIDE, EACH_API])
    both = rows_of(lake)
    find(lake, [OUTSIDE])
    assert rows_of(lake) == both


def test_findings_of_sigma_rules_that_are_given_no_more_are_dropped(lake: Lake) -> None:
    old = "select 'x' as subject, timestamptz '2020-01-01 00:00:00+00' as event_time"
    of_events_gone = replace(EACH_API, rule_id="sigma:gone", sql=old)
    broken = replace(EACH_API, rule_id="sigma:broken", sql="select * from nowhere")
    was_run = replace(EACH_API, rule_id="sigma:broken")
    find(lake, [OUTSIDE, EACH_API, of_events_gone, was_run])
    of_each_api = sum(row["rule"] == EACH_API.rule_id for row in rows_of(lake))

    assert find(lake, [OUTSIDE], are_all=False).abandoned == 0
    assert find(lake, [OUTSIDE, broken], are_all=True).abandoned == of_each_api > 0
    kept = {row["rule"] for row in rows_of(lake)}
    assert kept == {OUTSIDE.rule_id, of_events_gone.rule_id, broken.rule_id}


def test_a_rule_that_finds_too_much_says_so(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_FINDINGS", 1)
    each_event = replace(EACH_API, sql="select event_id as subject, event_time from calls")
    summary = find(lake, [each_event])
    assert summary.by_rule == {"sigma:each-api": 1}
    assert summary.overflowing["sigma:each-api"] > 1


def test_a_lake_that_is_not_attributed_is_an_error(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    with pytest.raises(AnalysisError, match="is attributed yet"):
        find(lake, built_in_rules())


def test_a_rule_of_the_user_that_cannot_be_run_does_not_stop_the_others(lake: Lake) -> None:
    broken = replace(EACH_API, rule_id="sigma:broken", sql="select * from nowhere")
    summary = find(lake, [broken, OUTSIDE])
    assert list(summary.failed) == ["sigma:broken"]
    assert summary.by_rule == {"credentials_outside_network": 1}


def test_people_can_be_asked_for_findings_by_severity_and_rule(lake: Lake) -> None:
    find(lake, [OUTSIDE, EACH_API])
    answers = open_answers(lake.location)
    assert {row[1] for row in answers.findings("high").fetchall()} == {OUTSIDE.rule_id}
    assert {row[1] for row in answers.findings(rules=[EACH_API.rule_id]).fetchall()} == {
        EACH_API.rule_id
    }
    assert answers.findings("critical").fetchall() == []


# ── words ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("people", "candidates", "callers", "text"),
    [
        (["hoge"], [], ["lambda function x"], "hoge"),
        (["fuga", "hoge"], ["hoge"], [], "fuga and hoge"),
        ([], ["hoge"], [], "perhaps hoge"),
        ([], ["fuga", "hoge"], [], "one of fuga and hoge"),
        (["fuga"], ["hoge"], [], "fuga, or perhaps hoge"),
        ([], [], ["lambda function x"], "lambda function x"),
        ([], [], [], NOBODY),
    ],
)
def test_who_it_was_is_said_as_sure_as_it_is(
    people: list[str], candidates: list[str], callers: list[str], text: str
) -> None:
    assert who_text(people, candidates, callers) == text


def test_of_many_names_a_few_are_shown_and_the_others_counted() -> None:
    assert listed(["a", "b", "c", "d", "e", "f", "g"]) == "a, b, c, d, e and 2 others"


def test_what_a_log_holds_is_not_read_as_a_part_of_the_explanation() -> None:
    moment = datetime(2026, 9, 14, 10, tzinfo=UTC)
    values = {"who": "{subject}", "subject": "%s {who} $x", "event_count": 1200, "when": moment}
    rule = replace(EACH_API, explanation="{who}, {subject}, {event_count}, {when}, {nothing}.")
    assert explanation_of(rule, values) == (
        "{subject}, %s {who} $x, 1,200, 2026-09-14 10:00:00 UTC, unknown. Nothing."
    )

"""What holds of attribution whatever the logs say, shown on the sample logs."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import Answers, open_answers
from analysis.attribution import attribute
from ingest import ingest
from lake import Lake, open_lake
from lake.derived_tables import DERIVED_TABLES
from tests.conftest import SAMPLE_LOGS

FIRST_DAY = date(2026, 9, 14)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(3)]
SOURCES = ("trail", "usage-reports", "inventory")


def sample_lake_of(folder: Path, *sources: str) -> Lake:
    """Return a lake of these parts of the sample logs, not attributed."""
    lake = open_lake(folder, create=True)
    ingest(lake, [str(SAMPLE_LOGS / source) for source in sources])
    return lake


def derived_rows(lake: Lake) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of each derived table, in an order of their own."""
    answers = open_answers(lake.location)
    return {
        table.name: sorted(answers.sql(f"from {table.name}").fetchall(), key=repr)
        for table in DERIVED_TABLES
    }


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Return a lake that was attributed in one pass."""
    lake = sample_lake_of(tmp_path_factory.mktemp("once") / "lake", *SOURCES)
    attribute(lake)
    return lake


@pytest.fixture(scope="module")
def answers(at_once: Lake) -> Answers:
    """Return the answers of that lake."""
    return open_answers(at_once.location)


def test_attributing_again_without_news_changes_nothing(at_once: Lake) -> None:
    before = derived_rows(at_once)
    snapshots = {
        table.name: at_once.table(table.name).current_snapshot() for table in DERIVED_TABLES
    }
    assert attribute(at_once).days_read == 0
    assert derived_rows(at_once) == before
    for table in DERIVED_TABLES:
        assert at_once.table(table.name).current_snapshot() == snapshots[table.name]


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(DAYS), again=st.sampled_from(DAYS))
def test_partial_passes_in_any_order_give_what_one_pass_gives(
    at_once: Lake, tmp_path_factory: pytest.TempPathFactory, order: list[date], again: date
) -> None:
    lake = sample_lake_of(tmp_path_factory.mktemp("parts") / "lake", *SOURCES)
    for day in [*order, again]:
        attribute(lake, since=day, until=day + timedelta(days=1))
    attribute(lake, until=FIRST_DAY)
    summary = attribute(lake, since=DAYS[-1] + timedelta(days=1))
    assert derived_rows(lake) == derived_rows(at_once)
    assert (summary.events, summary.by_confidence) == counted_calls(lake)


def test_evidence_that_comes_late_changes_what_was_attributed_before(
    at_once: Lake, tmp_path: Path
) -> None:
    lake = sample_lake_of(tmp_path / "lake", "trail")
    attribute(lake)
    named = "select count(*) from attributed_events where session_confidence = 'certain'"
    without_reports = open_answers(lake.location).sql(named).fetchone()
    for source in ("inventory", "usage-reports"):
        ingest(lake, [str(SAMPLE_LOGS / source)])
        attribute(lake)
    with_reports = open_answers(lake.location).sql(named).fetchone()
    assert without_reports is not None
    assert with_reports is not None
    assert with_reports > without_reports
    assert claims(lake) == claims(at_once)
    assert derived_rows(lake)["streaming_sessions"] == derived_rows(at_once)["streaming_sessions"]


def counted_calls(lake: Lake) -> tuple[int, dict[str, int]]:
    """Return the number of all calls, and of fleets' calls by confidence, from the roll-up."""
    rows = (
        open_answers(lake.location)
        .sql("""
            select workload_kind, coalesce(session_confidence, 'not_attributable'), event_count
            from session_activity
        """)
        .fetchall()
    )
    by_confidence: Counter[str] = Counter()
    for kind, confidence, event_count in rows:
        if kind == "appstream_fleet":
            by_confidence[confidence] += event_count
    return sum(event_count for _, _, event_count in rows), dict(by_confidence)


def claims(lake: Lake) -> list[tuple[object, ...]]:
    """Return who was behind each event."""
    return (
        open_answers(lake.location)
        .sql("""
            select event_id, recipient_account_id, streaming_session_id, user_id,
                session_confidence, attribution_method
            from attributed_events
            order by all
        """)
        .fetchall()
    )


@pytest.fixture
def none_of(answers: Answers) -> Callable[[str], None]:
    """Return a check that a query finds nothing."""

    def check(query: str) -> None:
        assert answers.sql(query).fetchall() == []

    return check


def test_nobody_is_named_by_a_weak_claim(none_of: Callable[[str], None]) -> None:
    none_of("from attributions where confidence = 'weak' and user_id is not null")
    none_of("from attributed_events where session_confidence = 'weak' and user_id is not null")
    none_of("from attributed_events where session_confidence is null and user_id is not null")


def test_whoever_is_named_is_the_only_candidate(none_of: Callable[[str], None]) -> None:
    none_of("from attributions where user_id is not null and candidate_user_ids != [user_id]")


def test_every_claim_rests_on_evidence_that_the_lake_holds(none_of: Callable[[str], None]) -> None:
    none_of("from attributions where json_array_length(evidence, '$.event_ids') = 0")
    none_of("""
        select unnest(from_json(evidence -> '$.event_ids', '["varchar"]')) as event_id
        from attributions
        except select event_id from events
    """)
    none_of("""
        select unnest(from_json(evidence -> '$.evidence_ids', '["varchar"]')) as evidence_id
        from attributions
        except select evidence_id from streaming_session_evidence
    """)


def test_claims_of_one_role_session_and_path_do_not_overlap(
    none_of: Callable[[str], None],
) -> None:
    none_of("""
        select *
        from attributions as one
        inner join attributions as other
            on other.role_session_id = one.role_session_id
            and other.source_ip_address is not distinct from one.source_ip_address
            and other.user_agent_app_id is not distinct from one.user_agent_app_id
            and other.attribution_id != one.attribution_id
            and other.valid_from < one.valid_to
            and other.valid_to > one.valid_from
        where one.event_id is null
            and other.event_id is null
    """)


def test_no_claim_outlives_its_streaming_session_by_more_than_the_grace(
    none_of: Callable[[str], None],
) -> None:
    none_of("""
        from attributed_events
        inner join streaming_sessions using (streaming_session_id)
        where attribution_method in ('private_address', 'credential', 'renewal')
            and (event_time < started_at or event_time > ended_at)
    """)


def test_each_event_is_attributed_once(answers: Answers) -> None:
    counts = answers.sql("""
        select (select count(*) from events), (select count(*) from attributed_events)
    """).fetchone()
    assert counts is not None
    assert counts[0] == counts[1] > 5000


def test_lineage_has_no_cycle(none_of: Callable[[str], None]) -> None:
    none_of("""
        with recursive climbs as (
            select child_role_session_id, parent_role_session_id
            from credential_lineage
            union
            select climbs.child_role_session_id, links.parent_role_session_id
            from climbs
            inner join credential_lineage as links
                on links.child_role_session_id = climbs.parent_role_session_id
        )
        from climbs where child_role_session_id = parent_role_session_id
    """)


def test_the_roll_up_counts_every_management_and_data_event_once(answers: Answers) -> None:
    counts = answers.sql("""
        select
            (select sum(event_count) from session_activity),
            (select count(*) from events where event_category in ('Management', 'Data')
                or event_category is null)
    """).fetchone()
    assert counts is not None
    assert counts[0] == counts[1]


def test_every_event_can_be_explained(answers: Answers) -> None:
    ids = answers.sql("""
        select min(event_id) from attributed_events
        group by workload_kind, attribution_method, session_confidence
    """).fetchall()
    assert len(ids) > 20
    for (event_id,) in ids:
        explanation = answers.explain(event_id)
        assert explanation.lines
        assert "None" not in explanation.text()


def test_every_streaming_session_can_be_explained(answers: Answers) -> None:
    for (streaming_session_id,) in answers.sql(
        "select streaming_session_id from streaming_sessions"
    ).fetchall():
        assert "None" not in answers.explain(streaming_session_id).text()

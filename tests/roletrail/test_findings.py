import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analysis.findings import Severity
from roletrail.cli import main
from roletrail.commands.findings import Level, rule_name, when, who
from roletrail.errors import ExitCode
from tests.analysis.findings_lakes import lake_of_copied_key

OUTSIDE = ("--rule", "credentials_outside_network")
SIGMA_RULE = r"""
title: "=Read \e[31m"
id: 11111111-2222-4333-8444-555555555555
description: Reads.
logsource:
    product: aws
    service: cloudtrail
detection:
    selection:
        eventName: getobject
    condition: selection
level: low
"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder of an attributed lake in which a key is used from a stranger's address."""
    return lake_of_copied_key(tmp_path_factory.mktemp("copied")).location


def test_a_finding_is_shown_with_the_person_and_told_in_words(
    lake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["findings", "--lake", lake, *OUTSIDE, "--format", "json"]) is ExitCode.OK
    written = capsys.readouterr()
    (row,) = json.loads(written.out)
    assert written.err == "1 rule run, 1 finding, 1 new\n"
    assert (row["severity"], row["candidate_user_ids"]) == ("high", ["hoge"])

    assert main(["explain", row["finding_id"], "--lake", lake]) is ExitCode.OK
    told = " ".join(capsys.readouterr().out.split())
    for text in (row["explanation"], row["remedy"], *row["evidence_event_ids"], "T1552.005"):
        assert text in told


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), ExitCode.OK),
        (("--fail-at", "high"), ExitCode.SOME_REJECTED),
        (("--fail-at", "critical"), ExitCode.OK),
        (("--fail-at", "info", "--severity", "critical"), ExitCode.OK),
        (("--fail-at", "info", "--account", "210987654321"), ExitCode.OK),
        (("--fail-at", "info", "--until", "2020-01-01"), ExitCode.OK),
        (("--fail-at", "dreadful"), ExitCode.NOTHING_DONE),
        (("--since", "2026-01-02", "--until", "2026-01-01"), ExitCode.NOTHING_DONE),
        (("--sigma", "no/such/folder"), ExitCode.NOTHING_DONE),
    ],
)
def test_the_exit_status_is_by_the_severity_of_what_is_shown(
    lake: str, arguments: tuple[str, ...], code: ExitCode
) -> None:
    assert main(["findings", "--lake", lake, *OUTSIDE, *arguments]) is code


def test_an_unknown_rule_is_named_with_one_that_is_near(
    lake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["findings", "--lake", lake, "--rule", "zzz"]) is ExitCode.NOTHING_DONE
    assert "there is no rule zzz; there are: activity_with" in capsys.readouterr().err
    assert main(["findings", "--lake", lake, "--rule", "roles_shared"]) is ExitCode.NOTHING_DONE
    assert "did you mean role_shared?" in capsys.readouterr().err


def test_an_unknown_finding_is_an_error(lake: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "finding-0\x1b[2J", "--lake", lake]) is ExitCode.NOTHING_DONE
    assert r"there is no finding finding-0\x1b[2J" in capsys.readouterr().err


def test_sigma_rules_are_run_and_those_that_are_not_are_listed(
    lake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.yml").write_text(SIGMA_RULE)
    (tmp_path / "bad.yml").write_text("title: nothing else")
    rule_id = "sigma:11111111-2222-4333-8444-555555555555"
    arguments = ["findings", "--lake", lake, "--sigma", str(tmp_path), "--rule", rule_id]

    assert main([*arguments, "--format", "csv"]) is ExitCode.OK
    written = capsys.readouterr()
    assert "warning: not converted: bad.yml: " in written.err
    rows = list(csv.DictReader(io.StringIO(written.out)))
    assert rows
    assert {row["rule"] for row in rows} == {rule_id}
    # What a rule's author wrote is no formula of a spreadsheet's.
    assert {row["title"] for row in rows} == {"'=Read \x1b[31m"}

    assert main(arguments) is ExitCode.OK
    assert "\x1b" not in capsys.readouterr().out

    # Of one rule alone, a run lets findings of others be; one of all rules drops what nobody runs.
    assert main(["findings", "--lake", lake, *OUTSIDE]) is ExitCode.OK
    assert "dropped" not in capsys.readouterr().err
    assert main(["findings", "--lake", lake]) is ExitCode.OK
    note = "1 finding of Sigma rules that were not given dropped; --sigma FOLDER finds them anew"
    assert note in capsys.readouterr().err


def test_where_nothing_is_found_it_says_what_that_does_not_prove(
    lake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["findings", "--lake", lake, "--rule", "digest_failure"]) is ExitCode.OK
    written = capsys.readouterr()
    assert written.out == ""
    assert "doesn't prove that nothing happened" in written.err


def test_the_levels_are_the_severities() -> None:
    assert [level.value for level in Level] == [severity.value for severity in Severity]


def test_a_row_shows_who_it_was_and_when() -> None:
    moment = datetime(2026, 9, 14, 10, 1, tzinfo=UTC)
    row: dict[str, object] = {
        "user_ids": [],
        "candidate_user_ids": ["hoge"],
        "callers": None,
        "first_seen_at": moment,
        "last_seen_at": moment.replace(second=59),
        "rule": "sigma:x",
        "title": "A title",
    }
    assert who(row) == "perhaps hoge"
    assert when(row) == "2026-09-14 10:01"
    assert when({**row, "last_seen_at": moment.replace(hour=11)}) == (
        "2026-09-14 10:01 to 2026-09-14 11:01"
    )
    assert rule_name(row) == "A title"
    assert rule_name({**row, "rule": "role_shared"}) == "role_shared"

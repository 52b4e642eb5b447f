import re

import pytest

from analysis.findings.rules import Rule, Severity
from tests.analysis.findings_cases import FOLDER, RULES, Case, cases, findings_in
from tests.conftest import REPOSITORY

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule_id}: {case.name}")
def test_a_rule_finds_what_it_is_to_find_and_nothing_else(case: Case) -> None:
    rows = findings_in(case, RULES[case.rule_id])
    assert [row["subject"] for row in rows] == case.found
    if case.found:
        assert str(rows[0]["explanation"]).startswith(case.says)
        assert str(rows[0]["explanation"]).endswith(RULES[case.rule_id].unproven)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.rule_id)
def test_every_rule_has_a_case_that_it_finds_and_one_that_it_does_not(rule: Rule) -> None:
    of_rule = [case for case in CASES if case.rule_id == rule.rule_id]
    assert [case for case in of_rule if case.found and case.says]
    assert [case for case in of_rule if not case.found]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.rule_id)
def test_the_page_about_findings_has_every_rule_as_it_is(rule: Rule) -> None:
    page = (REPOSITORY / "docs" / "findings.md").read_text()
    (row,) = re.findall(rf"^\| `{rule.rule_id}` \| [a-z].*$", page, flags=re.MULTILINE)
    assert f"| {rule.severity} | {rule.title} |" in row
    for name, setting in rule.settings.items():
        assert f"{name.replace('_', ' ')} {setting.value}" in row


def test_there_are_no_cases_of_rules_that_are_not_there() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.rule_id)
def test_a_rule_says_all_that_a_reader_needs(rule: Rule) -> None:
    assert rule.severity in Severity
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    for text in (rule.explanation, rule.unproven, rule.remedy):
        assert text.endswith(".")
    assert rule.unproven.startswith("That no others are found ")
    assert rule.attack_tags
    assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", tag) for tag in rule.attack_tags)
    assert rule.reference_uris
    assert all(uri.startswith("https://docs.aws.amazon.com/") for uri in rule.reference_uris)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.rule_id)
def test_every_threshold_has_its_reason_and_is_used(rule: Rule) -> None:
    used = set(re.findall(r"\$(\w+)", rule.sql)) | ({"days"} if rule.questions else set())
    assert used == set(rule.settings)
    assert all(setting.value > 0 and setting.reason for setting in rule.settings.values())


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.rule_id)
def test_the_sql_is_of_the_kind_that_other_engines_understand(rule: Rule) -> None:
    first, *_ = rule.sql.splitlines()
    assert first.startswith("-- One row per ")
    code = re.sub(r"--.*|'[^']*'", "", rule.sql)
    assert code == code.lower()
    for word in ("asof", "time_bucket", "quantile_cont", "epoch_ms", "map {"):
        assert word not in code

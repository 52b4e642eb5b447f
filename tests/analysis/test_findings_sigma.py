import re
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import duckdb
import pytest

from analysis import AnalysisError
from analysis.findings import Severity
from analysis.findings.running import create_shared_views, run_rule
from analysis.findings.sigma import sigma_rules
from tests.analysis.findings_cases import fill

RULE = """
title: Something in S3
id: 11111111-2222-4333-8444-555555555555
status: test
description: It's what somebody {who} calls.
references:
    - https://example.com/rule
    - javascript:alert(1)
tags:
    - attack.exfiltration
    - attack.t1537
    - attack.t1078.004
logsource:
    product: aws
    service: cloudtrail
detection:
DETECTION
falsepositives:
    - Backups
level: high
"""


def rule_file(folder: Path, detection: str, name: str = "rule.yml") -> Path:
    """Write a rule with this detection and return its folder."""
    text = RULE.replace("DETECTION", indent(dedent(detection).strip(), "    "))
    (folder / name).write_text(text)
    return folder


def matching(folder: Path, detection: str, *events: dict[str, Any]) -> list[str]:
    """Return the ids of the events that a rule with this detection finds."""
    converted = sigma_rules(rule_file(folder, detection))
    assert converted.failures == ()
    (rule,) = converted.rules
    with duckdb.connect() as connection:
        numbered = [
            {"event_id": f"e{number}", "event_time": "2026-09-14T10:00:00Z", **event}
            for number, event in enumerate(events, start=1)
        ]
        fill(connection, {"events": numbered})
        create_shared_views(connection)
        found, _ = run_rule(connection, rule)
    return sorted(event_id for one in found for event_id in one.event_ids)


# ── what matches ─────────────────────────────────────────────────────────────────────────────


def test_case_does_not_matter_unless_the_rule_says_so(tmp_path: Path) -> None:
    events = ({"event_name": "GETOBJECT"}, {"event_name": "GetObject"})
    ignoring = "selection:\n    eventName: getobject\ncondition: selection"
    assert matching(tmp_path, ignoring, *events) == ["e1", "e2"]
    cased = "selection:\n    eventName|cased: GetObject\ncondition: selection"
    assert matching(tmp_path, cased, *events) == ["e2"]


def test_wildcards_are_the_rules_and_signs_of_sql_are_plain(tmp_path: Path) -> None:
    detection = r"""
        selection:
            requestParameters.key: 'a_%\*?.t*'
        condition: selection
    """
    keys = ("a_%*1.txt", "ab%*1.txt", "a_%xx1.txt", "a_%*.txt")
    events = [{"request_parameters": f'{{"key": "{key}"}}'} for key in keys]
    assert matching(tmp_path, detection, *events) == ["e1"]


def test_what_is_not_there_matches_no_value_and_its_negation(tmp_path: Path) -> None:
    detection = """
        selection:
            eventName: GetObject
        filter:
            errorCode: AccessDenied
        condition: selection and not filter
    """
    events = ({"error_code": "AccessDenied"}, {"error_code": None}, {"error_code": "NoSuchKey"})
    assert matching(tmp_path, detection, *events) == ["e2", "e3"]


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("errorCode: null", ["e2"]),
        ("errorCode|exists: true", ["e1"]),
        ("errorCode|exists: false", ["e2"]),
        ("errorCode|startswith: access", ["e1"]),
        ("errorCode|endswith: DENIED", ["e1"]),
        ("errorCode|re: ^Access(Denied)?$", ["e1"]),
        ("errorCode|re: ^access", []),
        ("errorCode|re|i: ^access", ["e1"]),
        ("sourceIPAddress|cidr: 10.0.0.0/16", ["e1"]),
        ("requestParameters.maxItems|gte: 100", ["e1"]),
        ("requestParameters.maxItems: 100", ["e1"]),
        ("requestParameters.enable: true", ["e2"]),
        ("requestParameters.containers.image|contains: evil", ["e2"]),
        ("requestParameters.tags|contains: evil", ["e1"]),
        ("userIdentity.arn|fieldref: requestParameters.userArn", ["e1"]),
        ("userIdentity.sessionContext.sessionIssuer.arn|contains: admin", ["e2"]),
        ("somethingNew: certainly", ["e1"]),
        ("somethingNew.inner: certainly", ["e2"]),
    ],
)
def test_a_field_is_compared_as_the_rule_has_it(
    tmp_path: Path, field: str, found: list[str]
) -> None:
    detection = f"selection:\n    {field}\ncondition: selection"
    first = {
        "error_code": "AccessDenied",
        "source_ip_address": "10.0.1.5",
        "user_identity_arn": "arn:aws:iam::1:user/hoge",
        "request_parameters": (
            '{"maxItems": 100, "tags": ["Evil"], "userArn": "arn:aws:iam::1:user/HOGE"}'
        ),
        "extra": '{"somethingNew": "certainly"}',
    }
    second = {
        "source_ip_address": "10.1.1.5",
        "issuing_role_arn": "arn:aws:iam::1:role/Admin",
        "request_parameters": '{"maxItems": 9, "enable": true, "containers": [{"image": "EVIL"}]}',
        "extra": '{"somethingNew": {"inner": "Certainly"}}',
    }
    assert matching(tmp_path, detection, first, second) == found


def test_keywords_are_looked_for_in_all_that_a_caller_says(tmp_path: Path) -> None:
    detection = "keywords:\n    - kali\ncondition: keywords"
    events = ({"user_agent": "aws-cli os/linux#6.12-Kali"}, {"user_agent": "aws-cli"})
    assert matching(tmp_path, detection, *events) == ["e1"]


def test_one_of_several_selections_is_enough(tmp_path: Path) -> None:
    detection = """
        selection_get:
            eventName: GetObject
        selection_put:
            eventName:
                - PutObject
                - DeleteObject
        condition: 1 of selection_*
    """
    events = [{"event_name": name} for name in ("GetObject", "DeleteObject", "ListObjects")]
    assert matching(tmp_path, detection, *events) == ["e1", "e2"]


@pytest.mark.parametrize(
    "value",
    ["x' or 1=1 --", "x') or ('1'='1", "$value_9", "x; drop table events", "{who}", "x\\' or true"],
)
def test_a_value_is_never_read_as_sql(tmp_path: Path, value: str) -> None:
    quoted = value.replace("'", "''")
    detection = f"selection:\n    userAgent: '{quoted}'\ncondition: selection"
    events = ({"user_agent": value}, {"user_agent": "another"})
    assert matching(tmp_path, detection, *events) == ["e1"]
    (rule,) = sigma_rules(tmp_path).rules
    assert value not in rule.sql


@pytest.mark.parametrize("field", ["a') or true --", 'requestParameters.a"b', "a b", "eventName;"])
def test_a_field_that_is_no_path_is_refused(tmp_path: Path, field: str) -> None:
    quoted = field.replace("'", "''")
    rule_file(tmp_path, f"selection:\n    '{quoted}': 1\ncondition: selection")
    (failure,) = sigma_rules(tmp_path).failures
    assert "is no path" in failure.reason


# ── what a rule says ─────────────────────────────────────────────────────────────────────────


def test_a_rule_keeps_what_it_says_of_itself(tmp_path: Path) -> None:
    rule_file(tmp_path, "selection:\n    eventName: GetObject\ncondition: selection")
    (rule,) = sigma_rules(tmp_path).rules
    assert rule.rule_id == "sigma:11111111-2222-4333-8444-555555555555"
    assert (rule.title, rule.severity) == ("Something in S3", Severity.HIGH)
    assert rule.attack_tags == ("T1537", "T1078.004")
    assert rule.reference_uris == ("https://example.com/rule",)
    assert rule.parameters["description"] == "It's what somebody {who} calls."
    assert "Backups" in rule.remedy


# ── what can't be run is listed ──────────────────────────────────────────────────────────────


FOR_OKTA = RULE.replace("product: aws", "product: okta")
CORRELATION = """
title: Many
correlation:
    type: event_count
    rules:
        - x
    group-by:
        - a
    timespan: 1h
    condition:
        gte: 3
"""


def rule_with(field: str, value: str = "1", text: str = RULE) -> str:
    detection = f"    selection:\n        {field}: {value}\n    condition: selection"
    return text.replace("DETECTION", detection)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title: [", "expected"),
        ("just text", "."),
        (rule_with("a", text=FOR_OKTA), "not aws cloudtrail"),
        (rule_with("a").replace("condition: selection", "condition: nothing"), "nothing"),
        (rule_with("a|nonsense"), "nonsense"),
        (rule_with("a|expand", "'%x%'"), "placeholder"),
        (rule_with("a|re", "'('"), "[Rr]egular"),
        (rule_with("eventTime|hour"), "isn't supported"),
        (CORRELATION, "."),
    ],
)
def test_a_rule_that_cannot_be_converted_is_listed_with_its_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    rule_file(tmp_path, "selection:\n    eventName: GetObject\ncondition: selection", "good.yml")
    (tmp_path / "wrong.yaml").write_text(text.replace("1111", "2222", 1))
    converted = sigma_rules(tmp_path)
    assert len(converted.rules) == 1
    (failure,) = converted.failures
    assert failure.source == "wrong.yaml"
    assert len(failure.reason.splitlines()) == 1
    assert re.search(reason, failure.reason)


def test_two_rules_of_one_id_are_not_both_run(tmp_path: Path) -> None:
    detection = "selection:\n    eventName: GetObject\ncondition: selection"
    rule_file(tmp_path, detection, "a.yml")
    rule_file(tmp_path, detection, "b.yml")
    converted = sigma_rules(tmp_path)
    assert len(converted.rules) == 1
    assert [failure.source for failure in converted.failures] == ["b.yml"]


def test_a_folder_without_rules_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match=r"no file in it ends in \.yml"):
        sigma_rules(tmp_path)

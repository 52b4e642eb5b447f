"""The text format, byte for byte, and read again by its own rules."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roletrail.exposition import Metric, exposition

UNESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def test_a_metric_has_help_a_type_and_a_line_for_each_value() -> None:
    metrics = [
        Metric(
            "roletrail_waits_seconds",
            "How long, in\nseconds \\ all.",
            [({"region": "eu", "of": 'a"b'}, 1.5), ({}, None), ({}, 3.0), ({"of": ""}, 10**18)],
        ),
        Metric("roletrail_seen", "When.", [({}, datetime(1970, 1, 2, tzinfo=UTC))]),
    ]
    assert exposition(metrics) == (
        "# HELP roletrail_waits_seconds How long, in\\nseconds \\\\ all.\n"
        "# TYPE roletrail_waits_seconds gauge\n"
        'roletrail_waits_seconds{region="eu",of="a\\"b"} 1.5\n'
        "roletrail_waits_seconds 3\n"
        'roletrail_waits_seconds{of=""} 1000000000000000000\n'
        "# HELP roletrail_seen When.\n"
        "# TYPE roletrail_seen gauge\n"
        "roletrail_seen 86400\n"
    )


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("\x1b[2J", r"\\x1b[2J"),
        ("\u202egpj.exe", r"\\u202egpj.exe"),
        ("two\nlines", r"two\\nlines"),
        ('"} 1', r"\"} 1"),
        ("a\\", r"a\\"),
        ("한국 😀", "한국 😀"),
    ],
)
def test_a_label_holds_nothing_that_a_reader_would_act_on(text: str, label: str) -> None:
    *_, line = exposition([Metric("m", "h", [({"reason": text}, 1)])]).splitlines()
    assert line == f'm{{reason="{label}"}} 1'


@given(st.text())
def test_any_text_is_one_label_on_one_line_and_is_told_apart_from_others(text: str) -> None:
    *_, line = exposition([Metric("m", "h", [({"reason": text}, 1)])]).split("\n")[:-1]
    found = re.fullmatch(r'm\{reason="((?:[^"\\]|\\["\\n])*)"\} 1', line)
    assert found is not None
    read = re.sub(r"\\.", lambda escape: UNESCAPED[escape[0]], found[1])
    if text.isprintable():
        assert read == text
    else:
        assert read.isprintable()

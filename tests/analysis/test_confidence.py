"""The scale is ordered, every method is written down, and no claim is surer than its method."""

from pathlib import Path

from analysis import open_answers
from analysis.confidence import METHODS, Confidence, at_best, method_in_words
from tests.conftest import REPOSITORY


def test_the_scale_is_ordered() -> None:
    assert Confidence.CERTAIN > Confidence.STRONG > Confidence.WEAK


def test_every_method_and_level_is_documented() -> None:
    page = (REPOSITORY / "docs" / "attribution.md").read_text()
    for method, meaning in METHODS.items():
        rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
        (row,) = [row for row in rows if f"`{method}`" in row[1]]
        assert row[3].strip() == meaning.at_best.name.lower()
    for level in Confidence:
        assert f"| `{level.name.lower()}` |" in page


def test_no_claim_is_surer_than_its_method_allows(sample_lake: Path) -> None:
    claims = (
        open_answers(str(sample_lake))
        .sql("select distinct method, confidence from attributions")
        .fetchall()
    )
    assert {method for method, _ in claims} >= {"private_address", "credential", "role_chain"}
    for method, confidence in claims:
        assert Confidence[confidence.upper()] <= at_best(method), method
        assert method_in_words(method)


def test_a_method_outside_its_streaming_session_is_weak_at_best() -> None:
    assert at_best("private_address_grace") is Confidence.WEAK
    assert at_best("role_chain_outlived+source_identity") is Confidence.WEAK
    assert at_best("role_chain+source_identity") is Confidence.STRONG

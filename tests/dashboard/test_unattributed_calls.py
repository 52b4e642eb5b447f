import pytest

from dashboard.unattributed_calls import why_nobody


@pytest.mark.parametrize(
    ("method", "candidates", "why"),
    [
        (None, None, "no streaming session held their address then"),
        ("private_address", ["gita", "hoge", "fuga"], "3 people shared the instance"),
        ("credential_outside", ["gita"], "used outside the network of their instance"),
        ("private_address_grace", ["gita"], "only just before or after a streaming session"),
        ("private_address", ["gita"], "the call came from the private address of the instance"),
    ],
)
def test_it_is_said_in_a_few_words_why_nobody_is_named(
    method: str | None, candidates: list[str] | None, why: str
) -> None:
    assert why_nobody({"attribution_method": method, "candidate_user_ids": candidates}) == why

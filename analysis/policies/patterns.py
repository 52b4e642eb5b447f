"""Resources as IAM writes them: wildcards, and what is meant literally."""

import re
from functools import lru_cache

_SIGNS = re.compile(r"[*?$]")
_PIECES = re.compile(r"\$\{([*?$])\}|([*?])|([^*?$]+|\$)")
_ANY_TEXT, _ANY_SIGN = "\ue000", "\ue001"  # stand for a narrower pattern's wildcards


def literal(text: str) -> str:
    """Return text from a log such that IAM takes no sign of it for a wildcard or a variable."""
    return _SIGNS.sub(lambda sign: f"${{{sign[0]}}}", text)


@lru_cache(maxsize=4096)
def expression(pattern: str, *, ignore_case: bool = False) -> re.Pattern[str]:
    """Return an IAM pattern as an expression: `*` any text, `?` one sign, `${*}` a star."""
    parts = []
    for kept, wildcard, plain in _PIECES.findall(pattern):
        if wildcard:
            parts.append(".*" if wildcard == "*" else f"[^{_ANY_TEXT}]")
        else:
            parts.append(re.escape(kept or plain))
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def covers(pattern: str, resource: str) -> bool:
    """Return whether a pattern takes in a resource, or all of a narrower pattern."""
    return pattern in {"*", resource} or bool(
        expression(pattern).fullmatch(_PIECES.sub(_as_written, resource))
    )


def _as_written(piece: re.Match[str]) -> str:
    if piece[2]:
        return _ANY_TEXT if piece[2] == "*" else _ANY_SIGN
    return piece[1] or piece[3]


def partition_of(region: str) -> str:
    """Return the partition that a region belongs to."""
    for start, partition in (("us-gov-", "aws-us-gov"), ("cn-", "aws-cn")):
        if region.startswith(start):
            return partition
    return "aws"

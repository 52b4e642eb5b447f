"""A Sigma rule's condition as SQL over the view `calls`.

Every value of a rule becomes a parameter; only columns and operators are text. Strings are compared
without regard to case, as Sigma has it, unless the rule asks for it. What isn't there matches
nothing, so that its negation matches.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
)

from analysis.errors import AnalysisError
from analysis.findings.sigma_fields import KEYWORD_COLUMNS, field_sql

OPERATORS = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
    CompareOperators.NEQ: "!=",
}
DEEPEST = 50
_LIKE_SIGNS = re.compile(r"[\\%_]")


@dataclass(slots=True)
class ConditionSql:
    """The conditions of one rule as they are turned into SQL; `parameters` are its values."""

    parameters: dict[str, object] = field(default_factory=dict)

    def parameter(self, value: object) -> str:
        """Keep a value and return what stands for it in SQL."""
        name = f"value_{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def sql(self, condition: object, depth: int = 0) -> str:
        """Return the condition as an expression that is true or false, never null.

        Raises AnalysisError for what can't be said in SQL.
        """
        if depth > DEEPEST:
            raise AnalysisError("its condition is nested too deeply")
        match condition:
            case ConditionAND(args=parts):
                return self._joined(parts, " and ", depth)
            case ConditionOR(args=parts):
                return self._joined(parts, " or ", depth)
            case ConditionNOT(args=[part]):
                return f"(not {self.sql(part, depth + 1)})"
            case ConditionFieldEqualsValueExpression(field=name, value=value):
                return self._field_is(name, value)
            case ConditionValueExpression(value=SigmaString() as value):
                searched = f"concat_ws(' ', {', '.join(KEYWORD_COLUMNS)})"
                anywhere = SigmaString("*") + value + SigmaString("*")
                return self._is_text(searched, anywhere)
            case _:
                message = f"its condition has a part that isn't known: {type(condition).__name__}"
                raise AnalysisError(message)

    def _joined(self, parts: Sequence[object], word: str, depth: int) -> str:
        return f"({word.join(self.sql(part, depth + 1) for part in parts)})"

    def _field_is(self, name: str, value: object) -> str:
        column = field_sql(name, self.parameter)
        match value:
            case SigmaString():
                return self._is_text(column, value)
            case SigmaRegularExpression():
                return self._matches(column, value)
            case SigmaCIDRExpression():
                return self._any_of(name, [SigmaString(one) for one in value.expand()])
            case SigmaExpansion(values=values):
                return self._any_of(name, values)
            case SigmaFieldReference():
                return self._is_like_field(column, value)
            case _:
                return self._is_plain(column, value)

    def _any_of(self, name: str, values: Sequence[object]) -> str:
        return f"({' or '.join(self._field_is(name, value) for value in values)})"

    def _is_plain(self, column: str, value: object) -> str:
        match value:
            case SigmaNull():
                return f"({column} is null)"
            case SigmaExists(exists=exists):
                return f"({column} is {'not ' if exists else ''}null)"
            case SigmaBool(boolean=boolean):
                comparison = f"lower({column}) = {self.parameter(str(boolean).lower())}"
            case SigmaNumber(number=number) if not isinstance(value, SigmaTimestampPart):
                comparison = f"try_cast({column} as double) = {self.parameter(number)}"
            case SigmaCompareExpression(number=number, op=operator):
                bound = self.parameter(number.number)
                comparison = f"try_cast({column} as double) {OPERATORS[operator]} {bound}"
            case _:
                message = f"it compares a field with {type(value).__name__}, which isn't supported"
                raise AnalysisError(message)
        return _or_false(comparison)

    def _is_text(self, column: str, value: SigmaString) -> str:
        if value.contains_placeholder():
            raise AnalysisError("it has a placeholder, which only a pipeline could fill")
        if value.contains_special():
            wanted, operator, ending = self.parameter(_like_pattern(value)), "like", " escape '\\'"
        else:
            plain = "".join(str(part) for part in value.s)
            wanted, operator, ending = self.parameter(plain), "=", ""
        if not isinstance(value, SigmaCasedString):
            column, wanted = f"lower({column})", f"lower({wanted})"
        return _or_false(f"{column} {operator} {wanted}{ending}")

    def _matches(self, column: str, value: SigmaRegularExpression) -> str:
        pattern = value.escape(escape_escape_char=False)
        try:
            duckdb.execute("select regexp_matches('', $pattern)", {"pattern": pattern})
        except duckdb.Error as error:
            message = f"its regular expression can't be run: {error}"
            raise AnalysisError(message) from error
        return _or_false(f"regexp_matches({column}, {self.parameter(pattern)})")

    def _is_like_field(self, column: str, value: SigmaFieldReference) -> str:
        other = f"lower({field_sql(value.field, self.parameter)})"
        if value.starts_with:
            return _or_false(f"starts_with(lower({column}), {other})")
        if value.ends_with:
            return _or_false(f"suffix(lower({column}), {other})")
        return _or_false(f"lower({column}) = {other}")


def _or_false(comparison: str) -> str:
    return f"coalesce({comparison}, false)"


def _like_pattern(value: SigmaString) -> str:
    r"""Return the string for LIKE, with `\\` before what would be a wildcard and isn't one."""
    pattern = ""
    for part in value.s:
        match part:
            case SpecialChars.WILDCARD_MULTI:
                pattern += "%"
            case SpecialChars.WILDCARD_SINGLE:
                pattern += "_"
            case _:
                pattern += _LIKE_SIGNS.sub(r"\\\g<0>", str(part))
    return pattern

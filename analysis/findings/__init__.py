"""Findings: what rules look for in an attributed lake, and a table of what they found."""

from analysis.findings.rules import Rule, Severity, built_in_rules
from analysis.findings.running import FindingsSummary, find

__all__ = ["FindingsSummary", "Rule", "Severity", "built_in_rules", "find"]

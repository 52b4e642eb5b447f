"""Least privilege: the IAM policy that what was observed needs, and how another differs from it."""

from analysis.policies.comparison import Comparison
from analysis.policies.least_privilege import LeastPrivilege, least_privilege
from analysis.policies.observation import Range, Subject

__all__ = ["Comparison", "LeastPrivilege", "Range", "Subject", "least_privilege"]

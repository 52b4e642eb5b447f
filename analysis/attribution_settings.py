"""What can be set about attribution, and why each value is what it is."""

from dataclasses import asdict, dataclass
from pathlib import Path

from analysis.workload_rules import WorkloadRule, workload_rules


@dataclass(frozen=True, slots=True)
class AttributionSettings:
    """Settings of attribution.

    `machine_role_session_name`: the role session name of AppStream's machine roles. No public log
    shows it; the service role's is PhotonSession.
    `grace_before_seconds`, `grace_after_seconds`: session scripts run up to about a minute around
    a streaming session, and settings are uploaded after it; such calls get candidates, no name.
    `clock_skew_seconds`: how far AppStream's and CloudTrail's clocks may disagree.
    `own_workload_rules`: a file of workload rules that come before the built-in ones.
    """

    machine_role_session_name: str = "PhotonSession"
    grace_before_seconds: int = 60
    grace_after_seconds: int = 120
    clock_skew_seconds: int = 5
    own_workload_rules: Path | None = None

    def parameters(self) -> dict[str, object]:
        """Return the values of the SQL files' parameters."""
        values = asdict(self)
        del values["own_workload_rules"]
        return values

    def rules(self) -> tuple[WorkloadRule, ...]:
        """Return the workload rules in force. Raises AnalysisError if the user's are wrong."""
        return workload_rules(self.own_workload_rules)

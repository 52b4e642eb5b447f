"""What an estate is made from: its size, its habits, and what goes wrong with its logs."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EstateOptions:
    """The settings of an estate. The same settings make the same estate, byte for byte.

    Sizes: about `streaming_sessions * events_per_session` calls are made by people's applications;
    agents, storage synchronisation, chains and other workloads add to that. A share is between 0
    and 1; a day is counted from 0.
    """

    seed: int = 1
    first_day: date = date(2026, 9, 14)
    days: int = 3
    fleets: int = 9
    people: int = 24
    streaming_sessions: int = 60
    events_per_session: int = 40
    other_calls_per_hour: int = 30
    minutes_between_agent_calls: int = 15
    machine_role_session_name: str = "PhotonSession"
    key_life_minutes: int = 60
    with_issuance_events: bool = False
    with_published_cases: bool = False
    with_odd_shapes: bool = False
    with_copied_keys: bool = True
    overlapping_vpcs: bool = True
    address_reuse_minutes: int = 3
    idle_instance_share: float = 0.12
    role_switches: int = 1
    clock_skew_seconds: int = 0
    delivery_minutes: int = 60
    records_per_object: int = 5000
    late_share: float = 0.02
    duplicate_share: float = 0.01
    lost_file_share: float = 0.0
    missing_report_days: tuple[int, ...] = ()


SAMPLE = EstateOptions(
    seed=20260914,
    people=9,
    streaming_sessions=62,
    events_per_session=40,
    other_calls_per_hour=16,
    with_published_cases=True,
    with_odd_shapes=True,
    clock_skew_seconds=1,
    late_share=0.05,
)
"""The estate of sample_logs: small, and with everything in it."""

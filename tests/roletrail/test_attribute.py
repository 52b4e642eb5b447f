from analysis.attribution import AttributionSummary
from roletrail.commands.attribute import attribution_text


def test_fleet_calls_are_told_by_confidence_and_those_without_too() -> None:
    summary = AttributionSummary(
        events=5156,
        role_sessions=970,
        streaming_sessions=1,
        attributions=1438,
        by_confidence={"certain": 1644, "not_attributable": 459},
        days_read=4,
        seconds=1.84,
    )
    assert attribution_text(summary).splitlines() == [
        "5,156 calls, 970 role sessions, 1 streaming session; 4 days read in 1.8 s",
        "calls behind AppStream fleets: 1,644 certain, 0 strong, 0 weak, 459 not attributable",
    ]

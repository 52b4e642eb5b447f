-- The sightings of streaming sessions that a claim rests on.
select evidence_id, evidence_source, observed_at, streaming_session_id, user_id, fleet_name,
    stack_name, started_at, ended_at, eni_private_ip_address, event_id
from streaming_session_evidence
where list_contains($evidence_ids, evidence_id)
order by observed_at, evidence_id

-- Every sighting of a streaming session: session report rows, DescribeSessions snapshots, S3 keys.
select evidence_id, evidence_source, observed_at, streaming_session_id, user_id, fleet_name,
    stack_name, started_at, ended_at, eni_private_ip_address, event_id
from streaming_session_evidence
where streaming_session_id = $streaming_session_id
order by observed_at, evidence_id
limit 20

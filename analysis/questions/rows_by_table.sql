-- One row per table of the lake: how many rows it holds.
select 'events' as table_name, count(*) as row_count from events
union all
select 'rejected_records', count(*) from rejected_records
union all
select 'streaming_session_evidence', count(*) from streaming_session_evidence
union all
select 'resource_history', count(*) from resource_history
union all
select 'source_objects', count(*) from source_objects
union all
select 'role_session_sightings', count(*) from role_session_sightings
union all
select 'credential_issues', count(*) from credential_issues
union all
select 'shared_calls', count(*) from shared_calls
union all
select 'endpoint_ownership', count(*) from endpoint_ownership
union all
select 'role_session_networks', count(*) from role_session_networks
union all
select 'role_sessions', count(*) from role_sessions
union all
select 'credential_lineage', count(*) from credential_lineage
union all
select 'streaming_sessions', count(*) from streaming_sessions
union all
select 'attributions', count(*) from attributions
union all
select 'session_activity', count(*) from session_activity

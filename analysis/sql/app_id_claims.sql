-- One row per role session whose user agent carries the id of a streaming session as its application id:
-- a session script can set it for the SDKs. It counts while that session ran, on a fleet that can have
-- used the credentials. Callers choose their user agent, so it never outweighs an address.
select distinct
    sightings.role_session_id,
    sightings.user_agent_app_id,
    instances.started_at as valid_from,
    instances.ends_at as valid_to,
    [instances.streaming_session_id] as streaming_session_ids,
    case when instances.user_id is null then [] else [instances.user_id] end as user_ids,
    'user_agent_app_id' as method,
    'strong' as confidence,
    instances.fleet_name,
    instances.stack_name,
    instances.vpc_id,
    [sightings.sighting_event_id] as evidence_event_ids,
    list_distinct([instances.role_history_id]) as history_ids
from (
    select
        role_session_id,
        user_agent_app_id,
        min(sighting_event_id) as sighting_event_id
    from role_session_sightings
    where user_agent_app_id is not null
    group by role_session_id, user_agent_app_id
) as sightings
inner join streaming_instances as instances
    on instances.streaming_session_id = sightings.user_agent_app_id
inner join role_session_carriers as carriers
    on carriers.role_session_id = sightings.role_session_id
    and list_contains(carriers.fleet_names, instances.fleet_name)

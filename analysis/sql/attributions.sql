-- One row per claim: this role session, on this path and in this time, belonged to this streaming
-- session. Claims of one role session and path don't overlap; a person is named only where the claim is
-- certain or strong and leaves one. Role sessions of other workloads and idle time have none.
with everything as (
    select
        role_session_id,
        nullif(path_key, '') as source_ip_address,
        cast(null as varchar) as event_id,
        cast(null as varchar) as user_agent_app_id,
        valid_from,
        valid_to,
        streaming_session_ids,
        user_ids,
        method,
        confidence,
        fleet_name,
        stack_name,
        vpc_id,
        evidence_event_ids,
        history_ids
    from claim_pieces

    union all

    select
        role_session_id,
        source_ip_address,
        event_id,
        null as user_agent_app_id,
        valid_from,
        valid_to,
        streaming_session_ids,
        user_ids,
        method,
        confidence,
        fleet_name,
        stack_name,
        vpc_id,
        evidence_event_ids,
        history_ids
    from storage_key_claims

    union all

    select
        role_session_id,
        null as source_ip_address,
        null as event_id,
        user_agent_app_id,
        valid_from,
        valid_to,
        streaming_session_ids,
        user_ids,
        method,
        confidence,
        fleet_name,
        stack_name,
        vpc_id,
        evidence_event_ids,
        history_ids
    from app_id_claims
),

-- Many claims name the same streaming sessions.
named as (
    select
        streaming_session_ids,
        unnest(streaming_session_ids) as streaming_session_id
    from (select distinct streaming_session_ids from everything) as sets
),

evidenced as (
    select
        named.streaming_session_ids,
        list_sort(list_distinct(flatten(array_agg(sightings.evidence_ids)))) as evidence_ids
    from named
    inner join streaming_session_sightings as sightings
        on sightings.streaming_session_id = named.streaming_session_id
    group by named.streaming_session_ids
)

select
    md5(
        coalesce(everything.role_session_id, '') || '|'
        || coalesce(everything.source_ip_address, '') || '|'
        || coalesce(everything.event_id, '') || '|'
        || coalesce(everything.user_agent_app_id, '') || '|'
        || cast(everything.valid_from as varchar)
    ) as attribution_id,
    everything.role_session_id,
    case
        when everything.confidence != 'weak' and array_length(everything.streaming_session_ids) = 1
            then everything.streaming_session_ids[1]
    end as streaming_session_id,
    case
        when everything.confidence != 'weak' and array_length(everything.user_ids) = 1
            then everything.user_ids[1]
    end as user_id,
    everything.valid_from,
    everything.valid_to,
    everything.source_ip_address,
    everything.event_id,
    everything.method,
    everything.confidence,
    everything.user_ids as candidate_user_ids,
    everything.streaming_session_ids as candidate_streaming_session_ids,
    everything.fleet_name,
    everything.stack_name,
    everything.vpc_id,
    cast(to_json({
        'event_ids': everything.evidence_event_ids,
        'evidence_ids': coalesce(evidenced.evidence_ids, []),
        'resource_history_ids': everything.history_ids
    }) as varchar) as evidence,
    everything.user_agent_app_id
from everything
left join evidenced
    on evidenced.streaming_session_ids = everything.streaming_session_ids

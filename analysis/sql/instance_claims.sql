-- One row per role session seen on a streaming instance and stretch of that instance's time: who was on
-- it. Calls from the instance's own address are claimed directly; all other calls of the same
-- credentials inherit the claim, one level less sure. Time without a streaming session makes no claim.
with links as (
    select
        instances.*,
        segments.valid_from,
        segments.valid_to,
        segments.is_grace,
        segments.streaming_session_ids,
        segments.streaming_session_count,
        segments.user_ids,
        segments.stack_name,
        case when instances.is_network_confirmed then 0 else 1 end
        + case when instances.is_role_confirmed then 0 else 1 end
        + case when segments.is_end_known then 0 else 1 end
        + case when segments.has_grace_beside then 1 else 0 end as unconfirmed_links,
        -- An address tells who was there whatever else the credentials did. But a key that was on
        -- another instance too, or that is older than this one, has been copied or is mistaken.
        case
            when instances.instances_of_role_session > 1 or not instances.is_start_consistent then 1
            else 0
        end as contradictions,
        segments.is_grace
        or segments.streaming_session_count > 1
        or (instances.instances_at_address > 1 and not instances.is_network_confirmed)
        -- Where the end is not known, only credentials older than the last sign of the streaming
        -- session are known to be on its instance; later ones can be the next one's. A script's log
        -- is no such sign, since one is written at the end.
        or (
            not segments.is_end_known
            and (
                not segments.is_in_a_snapshot
                or coalesce(lives.credentials_created_at > segments.sure_until, true)
            )
        ) as is_doubtful
    from role_session_instances as instances
    inner join role_session_lives as lives
        on lives.role_session_id = instances.role_session_id
    inner join streaming_instance_segments as segments
        on segments.streaming_instance_id = instances.streaming_instance_id
        and segments.eni_private_ip_address = instances.eni_private_ip_address
),

paths as (
    select
        *,
        eni_private_ip_address as source_ip_address,
        'private_address' as path,
        case
            when is_doubtful or unconfirmed_links + contradictions > 1 then 'weak'
            when unconfirmed_links + contradictions = 1 then 'strong'
            else 'certain'
        end as confidence
    from links

    union all

    select
        *,
        null as source_ip_address,
        'credential' as path,
        case
            when is_doubtful or not is_time_consistent
                or unconfirmed_links + contradictions > 0 then 'weak'
            else 'strong'
        end as confidence
    from links
)

select
    role_session_id,
    source_ip_address,
    cast(null as varchar) as event_id,
    valid_from,
    valid_to,
    streaming_session_ids,
    user_ids,
    case when is_grace then path || '_grace' else path end as method,
    confidence,
    fleet_name,
    stack_name,
    vpc_id,
    [sighting_event_id] as evidence_event_ids,
    list_distinct([role_history_id, interface_history_id]) as history_ids
from paths

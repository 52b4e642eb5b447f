-- One row per role session that renews an instance's credentials and stretch of that instance's time in
-- which the role session was used: who was on the instance.
select
    renewals.role_session_id,
    cast(null as varchar) as source_ip_address,
    cast(null as varchar) as event_id,
    segments.valid_from,
    segments.valid_to,
    segments.streaming_session_ids,
    segments.user_ids,
    case when segments.is_grace then 'renewal_grace' else 'renewal' end as method,
    case
        when segments.is_grace
            or segments.streaming_session_count > 1
            or not segments.is_end_known
            or segments.has_grace_beside
            or not renewals.is_confirmed
            or not renewals.is_only_one_due then 'weak'
        else 'strong'
    end as confidence,
    renewals.fleet_name,
    segments.stack_name,
    renewals.vpc_id,
    [renewals.sighting_event_id] as evidence_event_ids,
    list_distinct([renewals.role_history_id, renewals.interface_history_id]) as history_ids
from role_session_renewals as renewals
inner join role_session_lives as lives
    on lives.role_session_id = renewals.role_session_id
inner join streaming_instance_segments as segments
    on segments.streaming_instance_id = renewals.streaming_instance_id
    and segments.eni_private_ip_address = renewals.eni_private_ip_address
    and segments.valid_from <= lives.last_event_at
    and segments.valid_to > lives.first_event_at

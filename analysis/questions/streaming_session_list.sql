-- One row per streaming session that was live at some time in the range, newest first, at most $limit
-- rows, with what was called in it. Calls count those attributed to it at any time, weak ones apart.
-- $search looks for a part of a person, id, fleet, stack, address, service or API; $confidence wants
-- a call of that confidence.
with sessions_in_range as (
    select *
    from streaming_sessions
    where started_at < $until
        and (ended_at is null or ended_at >= $since)
        and ($account_id is null or account_id = $account_id)
        and ($region is null or region = $region)
        and ($fleet_name is null or fleet_name = $fleet_name)
        and ($user_id is null or user_id = $user_id)
),

calls as (
    select
        streaming_session_id,
        sum(event_count) filter (where session_confidence = 'certain') as certain_count,
        sum(event_count) filter (where session_confidence = 'strong') as strong_count,
        sum(event_count) filter (where session_confidence = 'weak') as weak_count,
        sum(event_count) filter (where result = 'denied' and session_confidence != 'weak')
            as denied_count,
        array_agg(distinct event_source) as event_sources,
        array_agg(distinct vpc_endpoint_id) filter (where vpc_endpoint_id is not null)
            as vpc_endpoint_ids,
        bool_or(
            position(lower($search) in lower(event_name)) > 0
            or position(lower($search) in event_source) > 0
        ) as has_api_searched_for
    from session_activity
    where streaming_session_id in (select streaming_session_id from sessions_in_range)
    group by streaming_session_id
)

select
    live.streaming_session_id,
    live.user_id,
    live.user_id_sha256,
    live.fleet_name,
    live.stack_name,
    live.account_id,
    live.region,
    live.started_at,
    live.ended_at,
    live.is_multisession,
    live.eni_private_ip_address,
    coalesce(calls.certain_count, 0) as certain_count,
    coalesce(calls.strong_count, 0) as strong_count,
    coalesce(calls.weak_count, 0) as weak_count,
    coalesce(calls.denied_count, 0) as denied_count,
    calls.event_sources,
    calls.vpc_endpoint_ids
from sessions_in_range as live
left join calls
    on calls.streaming_session_id = live.streaming_session_id
where ($search is null
        or calls.has_api_searched_for
        or position(
            lower($search) in lower(concat_ws(
                ' ', live.user_id, live.streaming_session_id, live.fleet_name, live.stack_name,
                live.eni_private_ip_address, live.instance_id
            ))
        ) > 0)
    and ($confidence is null
        or ($confidence = 'certain' and calls.certain_count > 0)
        or ($confidence = 'strong' and calls.strong_count > 0)
        or ($confidence = 'weak' and calls.weak_count > 0))
    and (not coalesce($only_denied, false) or calls.denied_count > 0)
    and (not coalesce($only_running, false) or live.ended_at is null)
order by live.started_at desc, live.streaming_session_id
limit $limit

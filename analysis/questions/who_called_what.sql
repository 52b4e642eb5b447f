-- One row per streaming session that was live at some time in the range, newest first: who, where and
-- when, how many calls are certainly or strongly theirs, and the three APIs called most. Weak calls are
-- in no row: they leave several streaming sessions, or none for sure.
with live as (
    select *
    from streaming_sessions
    where ($since is null or ended_at is null or ended_at > $since)
        and ($until is null or started_at < $until)
        and ($account_id is null or account_id = $account_id)
        and ($region is null or region = $region)
        and ($fleet_name is null or fleet_name = $fleet_name)
        and ($user_id is null or user_id = $user_id)
),

activity as (
    select
        streaming_session_id,
        replace(event_source, '.amazonaws.com', '') || ':' || event_name as api,
        session_confidence,
        result,
        event_count
    from session_activity
    where streaming_session_id in (select streaming_session_id from live)
),

calls as (
    select
        streaming_session_id,
        sum(event_count) as call_count,
        sum(case when result = 'denied' then event_count else 0 end) as denied_count,
        sum(case when session_confidence = 'certain' then event_count else 0 end)
            as certain_count,
        sum(case when session_confidence = 'strong' then event_count else 0 end) as strong_count
    from activity
    group by streaming_session_id
),

ranked_apis as (
    select
        streaming_session_id,
        api,
        row_number() over (
            partition by streaming_session_id
            order by sum(event_count) desc, api
        ) as place
    from activity
    group by streaming_session_id, api
),

top_apis as (
    select
        streaming_session_id,
        concat_ws(
            ', ',
            max(case when place = 1 then api end),
            max(case when place = 2 then api end),
            max(case when place = 3 then api end)
        ) as top_apis
    from ranked_apis
    where place <= 3
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
    cast(coalesce(calls.call_count, 0) as bigint) as call_count,
    cast(coalesce(calls.denied_count, 0) as bigint) as denied_count,
    cast(coalesce(calls.certain_count, 0) as bigint) as certain_count,
    cast(coalesce(calls.strong_count, 0) as bigint) as strong_count,
    top_apis.top_apis
from live
left join calls
    on calls.streaming_session_id = live.streaming_session_id
left join top_apis
    on top_apis.streaming_session_id = live.streaming_session_id
order by live.started_at desc, live.streaming_session_id

-- One row per streaming session that was live at some time in the range, the first one first: who,
-- where and when, and the calls that are attributed to it within the range. Weak ones leave several
-- streaming sessions, so they are in no row.
with live as (
    select *
    from streaming_sessions
    where started_at < $until
        and (ended_at is null or ended_at > $since)
        and ($account_id is null or account_id = $account_id)
        and ($fleet_name is null or fleet_name = $fleet_name)
        and ($person is null or user_id = $person)
),

calls as (
    select
        streaming_session_id,
        count(distinct (event_source, event_name)) as api_count,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(case when result = 'ok' then event_count else 0 end) as bigint) as ok_count,
        cast(sum(case when result = 'denied' then event_count else 0 end) as bigint) as denied_count,
        cast(sum(case when result = 'error' then event_count else 0 end) as bigint) as error_count,
        cast(sum(case when session_confidence = 'certain' then event_count else 0 end) as bigint)
            as certain_count,
        cast(sum(case when session_confidence = 'strong' then event_count else 0 end) as bigint)
            as strong_count
    from session_activity
    where hour_at >= $since
        and hour_at < $until
        and streaming_session_id in (select streaming_session_id from live)
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
    coalesce(calls.api_count, 0) as api_count,
    coalesce(calls.event_count, 0) as event_count,
    coalesce(calls.ok_count, 0) as ok_count,
    coalesce(calls.denied_count, 0) as denied_count,
    coalesce(calls.error_count, 0) as error_count,
    coalesce(calls.certain_count, 0) as certain_count,
    coalesce(calls.strong_count, 0) as strong_count
from live
left join calls
    on calls.streaming_session_id = live.streaming_session_id
order by live.started_at, live.streaming_session_id

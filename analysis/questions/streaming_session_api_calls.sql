-- One row per streaming session and API that was called in it within the range: who and where, calls by
-- result and confidence, the first and the last. Streaming sessions go by their start; of one, denied
-- APIs come first, then those called most.
with called as (
    select
        streaming_session_id,
        event_source,
        event_name,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(case when result = 'ok' then event_count else 0 end) as bigint) as ok_count,
        cast(sum(case when result = 'denied' then event_count else 0 end) as bigint) as denied_count,
        cast(sum(case when result = 'error' then event_count else 0 end) as bigint) as error_count,
        cast(sum(case when session_confidence = 'certain' then event_count else 0 end) as bigint)
            as certain_count,
        cast(sum(case when session_confidence = 'strong' then event_count else 0 end) as bigint)
            as strong_count,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from session_activity
    where hour_at >= $since
        and hour_at < $until
        and streaming_session_id is not null
    group by streaming_session_id, event_source, event_name
)

select
    live.started_at,
    live.user_id,
    live.user_id_sha256,
    live.fleet_name,
    live.stack_name,
    live.account_id,
    called.*
from called
inner join streaming_sessions as live
    on live.streaming_session_id = called.streaming_session_id
where ($account_id is null or live.account_id = $account_id)
    and ($fleet_name is null or live.fleet_name = $fleet_name)
    and ($person is null or live.user_id = $person)
order by
    live.started_at, live.streaming_session_id, called.denied_count desc, called.event_count desc,
    called.event_source, called.event_name

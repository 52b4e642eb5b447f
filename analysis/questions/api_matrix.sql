-- One row per streaming session and API with calls in the range, of the $most_sessions newest streaming
-- sessions and the $most_apis APIs that they called most; with $only_denied of those with a denied call.
with calls as (
    select
        streaming_session_id,
        event_source,
        event_name,
        sum(event_count) as event_count,
        coalesce(sum(event_count) filter (where result = 'denied'), 0) as denied_count
    from session_activity
    where streaming_session_id is not null
        and session_confidence in ('certain', 'strong')
        and hour_at >= date_trunc('hour', cast($since as timestamptz))
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($region is null or aws_region = $region)
        and ($fleet_name is null or fleet_name = $fleet_name)
        and ($user_id is null or user_id = $user_id)
    group by 1, 2, 3
    having not coalesce($only_denied, false)
        or count(*) filter (where result = 'denied') > 0
),

newest as (
    select
        streaming_session_id,
        user_id,
        user_id_sha256,
        fleet_name,
        started_at
    from streaming_sessions
    where streaming_session_id in (select streaming_session_id from calls)
    order by started_at desc, streaming_session_id
    limit $most_sessions
),

called_most as (
    select
        event_source,
        event_name
    from calls
    inner join newest
        on newest.streaming_session_id = calls.streaming_session_id
    group by event_source, event_name
    order by sum(event_count) desc, event_source, event_name
    limit $most_apis
)

select
    newest.*,
    calls.event_source,
    calls.event_name,
    calls.event_count,
    calls.denied_count
from newest
inner join calls
    on calls.streaming_session_id = newest.streaming_session_id
inner join called_most
    on called_most.event_source = calls.event_source
    and called_most.event_name = calls.event_name
order by newest.started_at desc, newest.streaming_session_id, calls.event_source, calls.event_name

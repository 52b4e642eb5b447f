-- One row: the calls in the range, those behind AppStream fleets by confidence, and the streaming
-- sessions and people that are named for any. Calls that nobody is named for are `nobody_count`.
with calls as (
    select * from session_activity
    where $person is null

    union all

    select * exclude (person, way) from person_activity
    where person = $person
)

select
    cast(sum(event_count) as bigint) as event_count,
    cast(sum(case when result = 'ok' then event_count else 0 end) as bigint) as ok_count,
    cast(sum(case when result = 'denied' then event_count else 0 end) as bigint) as denied_count,
    cast(sum(case when result = 'error' then event_count else 0 end) as bigint) as error_count,
    count(distinct streaming_session_id) as streaming_session_count,
    count(distinct user_id) as person_count,
    count(distinct role_session_id) as role_session_count,
    cast(sum(case when workload_kind = 'appstream_fleet' then event_count else 0 end) as bigint)
        as fleet_event_count,
    cast(sum(
        case
            when workload_kind = 'appstream_fleet' and session_confidence = 'certain'
                then event_count
            else 0
        end
    ) as bigint) as certain_count,
    cast(sum(
        case
            when workload_kind = 'appstream_fleet' and session_confidence = 'strong'
                then event_count
            else 0
        end
    ) as bigint) as strong_count,
    cast(sum(
        case
            when workload_kind = 'appstream_fleet' and session_confidence = 'weak'
                then event_count
            else 0
        end
    ) as bigint) as weak_count,
    cast(sum(
        case
            when workload_kind = 'appstream_fleet' and session_confidence is null
                then event_count
            else 0
        end
    ) as bigint) as nobody_count
from calls
where hour_at >= $since
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($fleet_name is null
        or coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
            = $fleet_name)

-- One row per set of credentials that may have been used in this streaming session, but in another just
-- as well: how many calls, and everybody it may have been. Nobody is named for these calls.
with claims as (
    select
        role_session_id,
        method,
        unnest(candidate_user_ids) as candidate_user_id,
        valid_from,
        valid_to
    from attributions
    where confidence = 'weak'
        and streaming_session_id is distinct from $streaming_session_id
        and list_contains(candidate_streaming_session_ids, $streaming_session_id)
),

shared as (
    select
        role_session_id,
        string_agg(distinct method, '+' order by method) as method,
        array_agg(distinct candidate_user_id) as candidate_user_ids,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from claims
    group by role_session_id
)

select
    shared.role_session_id,
    shared.method,
    shared.candidate_user_ids,
    sum(activity.event_count) as event_count,
    coalesce(sum(activity.event_count) filter (where activity.result = 'denied'), 0)
        as denied_count,
    min(activity.first_event_at) as first_event_at,
    max(activity.last_event_at) as last_event_at
from shared
join session_activity as activity
    on activity.role_session_id = shared.role_session_id
    and activity.session_confidence = 'weak'
    and activity.first_event_at < shared.valid_to
    and activity.last_event_at >= shared.valid_from
group by shared.role_session_id, shared.method, shared.candidate_user_ids
order by event_count desc, shared.role_session_id

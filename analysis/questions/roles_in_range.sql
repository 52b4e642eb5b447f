-- One row per role with a call in the range, most calls first: which AppStream resources carry or
-- carried it, what used it, and how AWS answered. More than one carrier: AWS advises a role for each.
with calls as (
    select * from session_activity
    where $person is null

    union all

    select * exclude (person, way) from person_activity
    where person = $person
),

carried as (
    select
        iam_role_arn,
        list_sort(array_agg(distinct resource_type || ' ' || resource_id)) as carriers
    from resource_history
    where resource_type in ('fleet', 'image_builder', 'app_block_builder')
        and iam_role_arn is not null
    group by iam_role_arn
),

called as (
    select
        issuing_role_arn,
        list_sort(array_agg(distinct workload_kind)) as workload_kinds,
        count(distinct role_session_id) as role_session_count,
        count(distinct streaming_session_id) as streaming_session_count,
        count(distinct user_id) as person_count,
        count(distinct (event_source, event_name)) as api_count,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(case when result = 'ok' then event_count else 0 end) as bigint) as ok_count,
        cast(sum(case when result = 'denied' then event_count else 0 end) as bigint) as denied_count,
        cast(sum(case when result = 'error' then event_count else 0 end) as bigint) as error_count,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from calls
    where issuing_role_arn is not null
        and hour_at >= $since
        and hour_at < $until
        and ($account_id is null or recipient_account_id = $account_id)
        and ($fleet_name is null
            or coalesce(fleet_name, case when workload_kind = 'appstream_fleet' then workload_name end)
                = $fleet_name)
    group by issuing_role_arn
)

select
    called.issuing_role_arn,
    coalesce(carried.carriers, []) as carriers,
    called.* exclude (issuing_role_arn)
from called
left join carried
    on carried.iam_role_arn = called.issuing_role_arn
order by called.event_count desc, called.issuing_role_arn

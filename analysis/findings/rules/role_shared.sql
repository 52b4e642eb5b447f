-- One row per role that several AppStream resources carry at the same time, and resource.
with shared as (
    select distinct
        one.issuing_role_arn,
        one.role_account_id,
        one.region,
        one.resource_type,
        one.resource_name
    from machine_roles as one
    inner join machine_roles as other
        on other.issuing_role_arn = one.issuing_role_arn
        and (other.resource_type, other.account_id, other.region, other.resource_name)
            != (one.resource_type, one.account_id, one.region, one.resource_name)
        and other.valid_from < one.valid_to
        and one.valid_from < other.valid_to
),

seen as (
    select
        iam_role_arn as issuing_role_arn,
        min(observed_at) as first_seen_at,
        max(observed_at) as last_seen_at
    from resource_history
    where iam_role_arn is not null
    group by iam_role_arn

    union all

    select issuing_role_arn, min(first_event_at), max(last_event_at)
    from role_sessions
    group by issuing_role_arn
)

select
    shared.issuing_role_arn as subject,
    shared.role_account_id as account_id,
    shared.region,
    seen.first_seen_at,
    seen.last_seen_at,
    shared.resource_type || ' ' || shared.resource_name as resource_name,
    case when shared.resource_type = 'fleet' then shared.resource_name end as fleet_name
from shared
inner join seen
    on seen.issuing_role_arn = shared.issuing_role_arn

-- One row per change of the role that a fleet, image builder or app-block builder carries. The role that
-- it was created with is no change.
with stated as (
    select
        *,
        lag(iam_role_arn) over (
            partition by resource_type, account_id, region, resource_id
            order by valid_from, observed_at, resource_history_id
        ) as former_role_arn
    from resource_history
    where resource_type in ('fleet', 'image_builder', 'app_block_builder')
        and iam_role_arn is not null
)

select
    resource_type || ' ' || resource_id || ' to ' || iam_role_arn as subject,
    account_id,
    region,
    event_id,
    valid_from as event_time,
    resource_type || ' ' || resource_id as resource_name,
    former_role_arn,
    iam_role_arn as issuing_role_arn,
    case when resource_type = 'fleet' then resource_id end as fleet_name
from stated
where change = 'updated'
    and event_id is not null
    and iam_role_arn is distinct from former_role_arn

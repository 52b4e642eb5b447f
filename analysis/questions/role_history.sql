-- One row per observed state of a fleet or builder, newest first: created, changed, started, stopped, or
-- seen in inventory, with the role that it carried. $role_arn and $fleet_name narrow it down.
with states as (
    select
        resource_type,
        resource_id,
        account_id,
        region,
        valid_from,
        change,
        iam_role_arn,
        last_value(iam_role_arn ignore nulls) over (
            partition by resource_type, account_id, region, resource_id
            order by valid_from, observed_at
            rows between unbounded preceding and 1 preceding
        ) as iam_role_arn_before,
        evidence_source,
        event_id
    from resource_history
    where resource_type in ('fleet', 'image_builder', 'app_block_builder')
)

select
    states.*,
    coalesce(iam_role_arn <> iam_role_arn_before, false) as is_role_change
from states
where ($account_id is null or account_id = $account_id)
    and ($region is null or region = $region)
    and ($fleet_name is null or resource_id = $fleet_name)
    and ($role_arn is null
        or (resource_type, account_id, region, resource_id) in (
            select (resource_type, account_id, region, resource_id)
            from states
            where iam_role_arn = $role_arn
        ))
order by valid_from desc, resource_type, resource_id, change
limit $limit

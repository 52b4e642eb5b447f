-- One row per state of a fleet, image builder or app-block builder: the role and network that its
-- instances carry, from one change to the next. Events name only what they change, so the rest is
-- carried forward within one life of the resource. What inventory shows is taken to have held since the
-- last known change, since CloudTrail would show another.
with observed as (
    select
        *,
        sum(case when change = 'created' then 1 else 0 end) over (
            partition by resource_type, account_id, region, resource_id
            order by valid_from, observed_at, resource_history_id
            rows between unbounded preceding and current row
        ) as life
    from resource_history
    where resource_type in ('fleet', 'image_builder', 'app_block_builder')
),

carried as (
    select
        *,
        last_value(iam_role_arn ignore nulls) over life_so_far as role_so_far,
        last_value(subnet_ids ignore nulls) over life_so_far as subnets_so_far,
        last_value(vpc_id ignore nulls) over life_so_far as vpc_so_far,
        last_value(security_group_ids ignore nulls) over life_so_far as security_groups_so_far,
        last_value(private_ip_address ignore nulls) over life_so_far as address_so_far,
        last_value(max_sessions_per_instance ignore nulls) over life_so_far
            as max_sessions_so_far,
        last_value(has_default_internet_access ignore nulls) over life_so_far
            as default_internet_so_far,
        first_value(
            case when iam_role_arn is not null then change end ignore nulls
        ) over life_to_come as role_known_by,
        first_value(iam_role_arn ignore nulls) over life_to_come as role_to_come,
        first_value(
            case when subnet_ids is not null then change end ignore nulls
        ) over life_to_come as subnets_known_by,
        first_value(subnet_ids ignore nulls) over life_to_come as subnets_to_come,
        first_value(vpc_id ignore nulls) over life_to_come as vpc_to_come,
        first_value(max_sessions_per_instance ignore nulls) over life_to_come
            as max_sessions_to_come,
        first_value(has_default_internet_access ignore nulls) over life_to_come
            as default_internet_to_come,
        row_number() over life_so_far as position,
        lead(valid_from) over (
            partition by resource_type, account_id, region, resource_id
            order by valid_from, observed_at, resource_history_id
        ) as next_valid_from
    from observed
    window
        life_so_far as (
            partition by resource_type, account_id, region, resource_id, life
            order by valid_from, observed_at, resource_history_id
            rows between unbounded preceding and current row
        ),
        life_to_come as (
            partition by resource_type, account_id, region, resource_id, life
            order by valid_from, observed_at, resource_history_id
            rows between current row and unbounded following
        )
),

states as (
    select
        resource_type,
        account_id,
        region,
        resource_id as resource_name,
        -- A role that was taken away is an empty text.
        nullif(
            coalesce(role_so_far, case when role_known_by = 'observed' then role_to_come end), ''
        ) as iam_role_arn,
        coalesce(
            subnets_so_far, case when subnets_known_by = 'observed' then subnets_to_come end
        ) as subnet_ids,
        coalesce(vpc_so_far, case when subnets_known_by = 'observed' then vpc_to_come end)
            as stated_vpc_id,
        security_groups_so_far as security_group_ids,
        address_so_far as private_ip_address,
        coalesce(max_sessions_so_far, max_sessions_to_come, 1) > 1 as is_multisession,
        coalesce(default_internet_so_far, default_internet_to_come) as has_default_internet_access,
        case
            when position = 1 and change in ('observed', 'started', 'stopped', 'deleted')
                then timestamptz '1970-01-01 00:00:00+00'
            else valid_from
        end as valid_from,
        case
            when change = 'deleted' then valid_from
            else coalesce(next_valid_from, timestamptz '9999-01-01 00:00:00+00')
        end as valid_to,
        resource_history_id
    from carried

    union all

    -- What the first known update doesn't name was so before it, too.
    select
        resource_type,
        account_id,
        region,
        resource_id as resource_name,
        case
            when iam_role_arn is null and role_known_by = 'observed' then nullif(role_to_come, '')
        end as iam_role_arn,
        case
            when subnet_ids is null and subnets_known_by = 'observed' then subnets_to_come
        end as subnet_ids,
        case when subnet_ids is null and subnets_known_by = 'observed' then vpc_to_come end
            as stated_vpc_id,
        null as security_group_ids,
        null as private_ip_address,
        case when max_sessions_per_instance is null then coalesce(max_sessions_to_come, 1) > 1 end
            as is_multisession,
        case when has_default_internet_access is null then default_internet_to_come end
            as has_default_internet_access,
        timestamptz '1970-01-01 00:00:00+00' as valid_from,
        valid_from as valid_to,
        resource_history_id
    from carried
    where position = 1
        and change = 'updated'
)

select
    states.resource_type,
    states.account_id,
    states.region,
    states.resource_name,
    states.iam_role_arn,
    states.subnet_ids,
    coalesce(states.stated_vpc_id, subnets.vpc_id) as vpc_id,
    states.security_group_ids,
    states.private_ip_address,
    states.is_multisession,
    states.has_default_internet_access,
    states.valid_from,
    states.valid_to,
    states.resource_history_id
from states
left join known_subnets as subnets
    on subnets.subnet_id = states.subnet_ids[1]
where states.valid_to > states.valid_from

-- One row per network interface with the time that it held its private address. Where neither its
-- creation nor its deletion was seen, that side is open.
with interfaces as (
    select
        resource_id as network_interface_id,
        max(account_id) as account_id,
        max(region) as region,
        max(vpc_id) as vpc_id,
        max(subnet_ids[1]) as subnet_id,
        max(private_ip_address) as private_ip_address,
        max(security_group_ids) as security_group_ids,
        min(valid_from) filter (where change = 'created') as created_at,
        max(valid_from) filter (where change = 'deleted') as deleted_at,
        bool_or(
            change = 'created'
            and coalesce(contains(state ->> '$.issuing_role_arn', 'AmazonAppStreamServiceAccess'), false)
        ) as is_made_by_appstream,
        min(event_id) filter (where change = 'created') as created_by_event_id,
        coalesce(
            min(resource_history_id) filter (where change = 'created'), min(resource_history_id)
        ) as resource_history_id
    from resource_history
    where resource_type = 'network_interface'
    group by resource_id
)

select
    interfaces.network_interface_id,
    interfaces.account_id,
    interfaces.region,
    coalesce(interfaces.vpc_id, subnets.vpc_id) as vpc_id,
    interfaces.subnet_id,
    interfaces.private_ip_address,
    interfaces.security_group_ids,
    coalesce(interfaces.created_at, timestamptz '1970-01-01 00:00:00+00') as created_at,
    coalesce(interfaces.deleted_at, timestamptz '9999-01-01 00:00:00+00') as deleted_at,
    interfaces.created_at is not null as is_creation_seen,
    interfaces.is_made_by_appstream,
    interfaces.created_by_event_id,
    interfaces.resource_history_id
from interfaces
left join known_subnets as subnets
    on subnets.subnet_id = interfaces.subnet_id
where interfaces.private_ip_address is not null

-- One row per time that a public address was tied to a network interface, with the private address and
-- VPC of that interface. Addresses whose Elastic IP isn't known by any inventory or event are not in it.
with associations as (
    select
        resource_id,
        max(account_id) as account_id,
        max(public_ip_address) as public_ip_address,
        max(network_interface_id) as network_interface_id,
        max(coalesce(
            state ->> '$.AllocationId',
            state ->> '$.requestParameters.allocationId',
            state ->> '$.requestParameters.AllocationId'
        )) as allocation_id,
        min(valid_from) filter (where change = 'created') as associated_at,
        max(valid_from) filter (where change = 'deleted') as disassociated_at
    from resource_history
    where resource_type = 'elastic_ip_association'
    group by resource_id
),

elastic_ips as (
    select
        resource_id as allocation_id,
        max(public_ip_address) as public_ip_address
    from resource_history
    where resource_type = 'elastic_ip'
    group by resource_id
)

select
    associations.account_id,
    coalesce(associations.public_ip_address, elastic_ips.public_ip_address) as public_ip_address,
    interfaces.network_interface_id,
    interfaces.private_ip_address,
    interfaces.vpc_id,
    interfaces.region,
    associations.associated_at as valid_from,
    coalesce(
        associations.disassociated_at,
        interfaces.deleted_at
    ) as valid_to
from associations
inner join network_interface_lives as interfaces
    on interfaces.network_interface_id = associations.network_interface_id
left join elastic_ips
    on elastic_ips.allocation_id = associations.allocation_id
where associations.associated_at is not null
    and coalesce(associations.public_ip_address, elastic_ips.public_ip_address) is not null

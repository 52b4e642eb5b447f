-- One row per stretch of time in which a public address was tied to a network interface, with the
-- interface's private address: an instance with default internet access calls from the one and is known
-- by the other. Where neither side of that time was seen, the interface's own life or the next
-- association of the public address bounds it. Gateways, through which many instances call, are not in it.
with addresses as (
    select
        resource_id as allocation_id,
        min(public_ip_address) as public_ip_address
    from resource_history
    where resource_type = 'elastic_ip'
        and public_ip_address is not null
    group by resource_id
),

associations as (
    select
        resource_id as association_id,
        max(account_id) as account_id,
        max(public_ip_address) as public_ip_address,
        max(coalesce(state ->> '$.requestParameters.allocationId', state ->> '$.AllocationId'))
            as allocation_id,
        max(network_interface_id) as network_interface_id,
        min(valid_from) filter (where change = 'created') as tied_at,
        min(valid_from) filter (where change = 'deleted') as untied_at,
        coalesce(
            bool_or(
                contains(state ->> '$.issuing_role_arn', ':role/service-role/AmazonAppStreamServiceAccess')
            ),
            false
        ) as is_made_by_appstream,
        min(resource_history_id) as resource_history_id
    from resource_history
    where resource_type = 'elastic_ip_association'
    group by resource_id
),

lives as (
    select
        associations.association_id,
        coalesce(associations.public_ip_address, addresses.public_ip_address) as public_ip_address,
        interfaces.account_id,
        interfaces.region,
        interfaces.vpc_id,
        interfaces.network_interface_id,
        interfaces.private_ip_address,
        greatest(coalesce(associations.tied_at, interfaces.created_at), interfaces.created_at)
            as tied_from,
        least(coalesce(associations.untied_at, interfaces.deleted_at), interfaces.deleted_at)
            as tied_to,
        associations.resource_history_id
    from associations
    inner join network_interface_lives as interfaces
        on interfaces.network_interface_id = associations.network_interface_id
        and interfaces.account_id = associations.account_id
    left join addresses
        on addresses.allocation_id = associations.allocation_id
    where associations.is_made_by_appstream
        or (interfaces.account_id, interfaces.private_ip_address) in (
            select (account_id, eni_private_ip_address) from streaming_session_evidence
        )
),

gateways as (
    select distinct public_ip_address
    from resource_history
    where resource_type = 'nat_gateway'
        and public_ip_address is not null
)

select
    * exclude (tied_to),
    least(
        tied_to,
        coalesce(
            lead(tied_from) over (
                partition by public_ip_address
                order by tied_from, association_id
            ),
            tied_to
        )
    ) as tied_to
from lives
where public_ip_address is not null
    and public_ip_address not in (select public_ip_address from gateways)

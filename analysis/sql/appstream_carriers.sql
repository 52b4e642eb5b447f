-- One row per role session and the AppStream resource whose instances can have used it: it carries the
-- issuing role while the credentials were used, and its network holds the address that they were seen
-- at. Credentials that a person or another role asked STS for are no instance's, nor are those under a
-- role session name that the role's instances don't use.
with resources as (
    select
        appstream_resources.*,
        subnets.subnet_id,
        subnets.first_address,
        subnets.last_address
    from appstream_resources
    left join known_subnets as subnets
        on list_contains(appstream_resources.subnet_ids, subnets.subnet_id)
),

pairs as (
    select
        lives.role_session_id,
        resources.resource_type,
        resources.account_id,
        resources.region,
        resources.resource_name,
        min(resources.resource_history_id) as resource_history_id,
        bool_or(
            addresses.eni_private_ip_address = resources.private_ip_address
            and coalesce(addresses.vpc_id = resources.vpc_id, true)
        ) as is_at_own_address,
        bool_or(
            addresses.vpc_id = resources.vpc_id
            and (
                resources.subnet_id is null
                or addresses.address_number
                    between resources.first_address and resources.last_address
            )
            -- Resources that share a subnet differ in the security groups of their interfaces.
            and coalesce(
                list_has_any(interfaces.security_group_ids, resources.security_group_ids), true
            )
        ) as is_in_network,
        bool_or(addresses.vpc_id is not null and resources.vpc_id is not null)
            as is_network_known
    from role_session_lives as lives
    inner join resources
        on resources.iam_role_arn = lives.issuing_role_arn
        and resources.valid_from <= lives.last_event_at
        and resources.valid_to > lives.first_event_at
    left join role_session_issues as issues
        on issues.role_session_id = lives.role_session_id
    left join role_session_addresses as addresses
        on addresses.role_session_id = lives.role_session_id
    left join network_interface_lives as interfaces
        on interfaces.private_ip_address = addresses.eni_private_ip_address
        and interfaces.vpc_id = addresses.vpc_id
        and interfaces.account_id = addresses.account_id
        and interfaces.created_at <= addresses.first_event_at
        and interfaces.deleted_at >= addresses.first_event_at
    where coalesce(issues.parent_type = 'AWSService', true)
        and (
            lives.issuing_role_arn not in (
                select issuing_role_arn from machine_role_session_names
            )
            or (lives.issuing_role_arn, lives.role_session_name) in (
                select (issuing_role_arn, role_session_name) from machine_role_session_names
            )
        )
    group by
        lives.role_session_id, resources.resource_type, resources.account_id, resources.region,
        resources.resource_name
),

marked as (
    select
        *,
        bool_or(is_at_own_address) over (partition by role_session_id) as any_at_own_address,
        bool_or(is_in_network) over (partition by role_session_id) as any_in_network
    from pairs
)

select
    role_session_id,
    resource_type,
    account_id,
    region,
    resource_name,
    resource_history_id,
    coalesce(is_at_own_address, false) or coalesce(is_in_network, false) as is_network_confirmed
from marked
where case
        when any_at_own_address then is_at_own_address
        when any_in_network then is_in_network
        when is_network_known then false
        else true
    end

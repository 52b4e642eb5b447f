-- One row per issuing role and machine that can have carried it: a streaming instance, or a network
-- interface that AppStream made in the subnets and security groups of a resource with that role, whether
-- or not anybody was on it. The interface stands for its instance from start to end.
with instances as (
    select
        issuing_role_arn,
        coalesce(interface_history_id, streaming_instance_id) as machine_id,
        min(streaming_instance_id) as streaming_instance_id,
        eni_private_ip_address,
        min(fleet_name) as fleet_name,
        min(vpc_id) as vpc_id,
        min(role_history_id) as role_history_id,
        min(interface_history_id) as interface_history_id,
        min(occupied_from) as alive_from,
        max(last_ends_at) as alive_to
    from streaming_instances
    where issuing_role_arn is not null
    group by
        issuing_role_arn, coalesce(interface_history_id, streaming_instance_id),
        eni_private_ip_address
),

interfaces as (
    select distinct
        resources.iam_role_arn as issuing_role_arn,
        lives.resource_history_id as machine_id,
        lives.private_ip_address as eni_private_ip_address,
        lives.vpc_id,
        lives.created_at as alive_from,
        lives.deleted_at as alive_to,
        lives.created_by_event_id
    from network_interface_lives as lives
    inner join appstream_resources as resources
        on resources.account_id = lives.account_id
        and resources.iam_role_arn is not null
        and list_contains(resources.subnet_ids, lives.subnet_id)
        and coalesce(
            list_has_any(resources.security_group_ids, lives.security_group_ids), true
        )
        and resources.valid_from <= lives.created_at
        and resources.valid_to > lives.created_at
    where lives.is_creation_seen
        and lives.is_made_by_appstream
)

select
    coalesce(instances.issuing_role_arn, interfaces.issuing_role_arn) as issuing_role_arn,
    coalesce(instances.machine_id, interfaces.machine_id) as machine_id,
    instances.streaming_instance_id,
    coalesce(instances.eni_private_ip_address, interfaces.eni_private_ip_address)
        as eni_private_ip_address,
    instances.fleet_name,
    coalesce(instances.vpc_id, interfaces.vpc_id) as vpc_id,
    instances.role_history_id,
    instances.interface_history_id,
    interfaces.created_by_event_id,
    interfaces.alive_from as interface_created_at,
    coalesce(interfaces.alive_from, instances.alive_from) as alive_from,
    greatest(
        coalesce(interfaces.alive_to, instances.alive_to),
        coalesce(instances.alive_to, interfaces.alive_to)
    ) as alive_to
from instances
full join interfaces
    on interfaces.machine_id = instances.machine_id
    and interfaces.issuing_role_arn = instances.issuing_role_arn

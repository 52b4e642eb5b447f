-- One row per AppStream resource whose machine role is a service role or a service-linked role.
select
    machine_roles.issuing_role_arn as subject,
    machine_roles.role_account_id as account_id,
    machine_roles.region,
    min(resource_history.observed_at) as first_seen_at,
    max(resource_history.observed_at) as last_seen_at,
    machine_roles.resource_type || ' ' || machine_roles.resource_name as resource_name,
    case when machine_roles.resource_type = 'fleet' then machine_roles.resource_name end
        as fleet_name
from machine_roles
inner join resource_history
    on resource_history.iam_role_arn = machine_roles.issuing_role_arn
    and resource_history.resource_id = machine_roles.resource_name
    and resource_history.resource_type = machine_roles.resource_type
where machine_roles.issuing_role_arn like '%:role/service-role/%'
    or machine_roles.issuing_role_arn like '%:role/aws-service-role/%'
    or machine_roles.role_name in (
        'AmazonAppStreamServiceAccess', 'ApplicationAutoScalingForAmazonAppStreamAccess'
    )
group by
    machine_roles.issuing_role_arn, machine_roles.role_account_id, machine_roles.region,
    machine_roles.resource_type, machine_roles.resource_name

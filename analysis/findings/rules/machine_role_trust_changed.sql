-- One row per call that changed, or tried to change, who can assume a role that an AppStream resource
-- carries.
select
    machine_roles.issuing_role_arn as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    machine_roles.issuing_role_arn,
    calls.event_name,
    calls.result,
    calls.request_parameters ->> '$.policyDocument' as policy_document
from calls
inner join (
    select distinct issuing_role_arn, role_account_id, role_name from machine_roles
) as machine_roles
    on machine_roles.role_account_id = calls.recipient_account_id
    and machine_roles.role_name = (calls.request_parameters ->> '$.roleName')
where calls.event_source = 'iam.amazonaws.com'
    and calls.event_name = 'UpdateAssumeRolePolicy'

-- One row per UTC day and place that a role session was used from: address, endpoint, region.
-- Network-activity events repeat calls under other ids; they show a place but count no call.
select
    date_trunc('day', event_time) as day_at,
    role_session_id,
    source_ip_address,
    vpc_endpoint_id,
    vpc_endpoint_account_id,
    aws_region,
    invoked_by,
    user_agent_app_id,
    min(recipient_account_id) as recipient_account_id,
    min(access_key_id) as access_key_id,
    min(user_identity_type) as user_identity_type,
    min(user_identity_arn) as user_identity_arn,
    min(user_identity_account_id) as user_identity_account_id,
    min(principal_id) as principal_id,
    min(issuing_role_arn) as issuing_role_arn,
    min(issuing_role_id) as issuing_role_id,
    min(issuing_role_account_id) as issuing_role_account_id,
    min(role_session_name) as role_session_name,
    min(credentials_created_at) as credentials_created_at,
    min(source_identity) as source_identity,
    min(in_scope_of_issuer_type) as in_scope_of_issuer_type,
    min(in_scope_of_credentials_issued_to) as in_scope_of_credentials_issued_to,
    min(user_agent) as user_agent,
    min(issuing_role_arn) is distinct from max(issuing_role_arn) as is_disputed,
    min(event_id) as sighting_event_id,
    min(event_time) as first_event_at,
    max(event_time) as last_event_at,
    count(*) filter (where event_category is distinct from 'NetworkActivity') as event_count,
    count(*) filter (
        where result = 'denied' and event_category is distinct from 'NetworkActivity'
    ) as denied_count
from role_session_events
where event_time >= $since
    and event_time < $until
    and role_session_id is not null
group by
    date_trunc('day', event_time), role_session_id, source_ip_address, vpc_endpoint_id,
    vpc_endpoint_account_id, aws_region, invoked_by, user_agent_app_id

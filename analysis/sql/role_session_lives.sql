-- One row per role session: who it says it is, its first and last use, and where from.
-- A key that was issued but never used is not in it.
select
    role_session_id,
    min(access_key_id) as access_key_id,
    min(user_identity_type) as user_identity_type,
    min(user_identity_arn) as user_identity_arn,
    min(principal_id) as principal_id,
    min(issuing_role_arn) as issuing_role_arn,
    min(issuing_role_id) as issuing_role_id,
    coalesce(min(issuing_role_account_id), min(user_identity_account_id))
        as issuing_role_account_id,
    min(role_session_name) as role_session_name,
    min(credentials_created_at) as credentials_created_at,
    min(source_identity) as source_identity,
    case when bool_and(invoked_by is not null) then min(invoked_by) end as invoked_by,
    min(in_scope_of_issuer_type) as in_scope_of_issuer_type,
    min(in_scope_of_credentials_issued_to) as in_scope_of_credentials_issued_to,
    min(user_agent) as user_agent,
    bool_or(is_disputed) or min(issuing_role_arn) is distinct from max(issuing_role_arn)
        as is_disputed,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at,
    list_sort(
        array_agg(distinct source_ip_address) filter (where source_ip_address is not null)
    ) as source_ip_addresses,
    list_sort(
        array_agg(distinct vpc_endpoint_id) filter (where vpc_endpoint_id is not null)
    ) as vpc_endpoint_ids,
    cast(sum(event_count) as bigint) as event_count,
    cast(sum(denied_count) as bigint) as denied_count
from role_session_sightings
group by role_session_id

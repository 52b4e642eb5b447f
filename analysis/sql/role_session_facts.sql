-- One row per role session, used or only issued, with the facts that the workload rules look at.
with everyone as (
    select role_session_id from role_session_lives
    union
    select role_session_id from role_session_issues
)

select
    everyone.role_session_id,
    lives.access_key_id,
    lives.user_identity_type,
    lives.user_identity_arn,
    coalesce(lives.issuing_role_arn, issues.role_arn) as issuing_role_arn,
    coalesce(lives.issuing_role_id, nullif(split_part(issues.assumed_role_id, ':', 1), ''))
        as issuing_role_id,
    coalesce(lives.issuing_role_account_id, nullif(split_part(issues.role_arn, ':', 5), ''))
        as issuing_role_account_id,
    coalesce(lives.role_session_name, issues.role_session_name) as role_session_name,
    coalesce(lives.credentials_created_at, issues.assumed_at) as credentials_created_at,
    coalesce(lives.source_identity, issues.source_identity) as source_identity,
    lives.invoked_by,
    lives.in_scope_of_issuer_type,
    lives.in_scope_of_credentials_issued_to,
    lives.user_agent,
    coalesce(lives.is_disputed, false) as is_disputed,
    coalesce(lives.first_event_at, issues.assumed_at) as first_event_at,
    coalesce(lives.last_event_at, issues.assumed_at) as last_event_at,
    coalesce(lives.source_ip_addresses, []) as source_ip_addresses,
    coalesce(lives.vpc_endpoint_ids, []) as vpc_endpoint_ids,
    coalesce(lives.event_count, 0) as event_count,
    coalesce(lives.denied_count, 0) as denied_count,
    issues.assume_event_id,
    issues.assume_event_name,
    issues.invoked_by as issued_to_service,
    case
        when issues.parent_type = 'AWSService' then 'service'
        when issues.assume_event_name = 'AssumeRoleWithSAML' then 'saml'
        when issues.assume_event_name = 'AssumeRoleWithWebIdentity' then 'web_identity'
        when issues.parent_role_session_id is not null then 'role_session'
        when issues.assume_event_id is not null then 'principal'
    end as issued_through,
    carriers.fleet_names,
    carriers.image_builder_names,
    carriers.app_block_builder_names,
    coalesce(
        array_length(carriers.fleet_names) + array_length(carriers.image_builder_names)
        + array_length(carriers.app_block_builder_names),
        0
    ) as carrier_count,
    carriers.is_confirmed as is_carrier_confirmed,
    coalesce(carriers.is_seen_on_instance, false) as is_seen_on_instance,
    cast(
        coalesce(lives.role_session_name, issues.role_session_name) = $machine_role_session_name
        and coalesce(issues.parent_type = 'AWSService', true) as varchar
    ) as is_machine_role_session_name,
    case
        when carriers.role_session_id is null then null
        when array_length(carriers.fleet_names) > 0 then 'fleet'
        when array_length(carriers.image_builder_names) > 0 then 'image_builder'
        when array_length(carriers.app_block_builder_names) > 0 then 'app_block_builder'
    end as appstream_carrier
from everyone
left join role_session_lives as lives
    on lives.role_session_id = everyone.role_session_id
left join role_session_issues as issues
    on issues.role_session_id = everyone.role_session_id
left join role_session_carriers as carriers
    on carriers.role_session_id = everyone.role_session_id

-- All events, each with who was behind it as far as evidence reaches: workload, fleet, streaming session
-- and person, how sure the claim is and how it was reached. Null means not attributable.
with called as (
    select
        events.* exclude (role_session_id),
        coalesce(events.role_session_id, shared_calls.role_session_id) as role_session_id
    from role_session_events as events
    left join shared_calls
        on shared_calls.shared_event_id = events.shared_event_id
        and shared_calls.day_at = date_trunc('day', events.event_time)
        and events.user_identity_type = 'AWSAccount'
),

placed as (
    select
        events.*,
        coalesce(
            endpoints.ownership, case when events.vpc_endpoint_id is not null then 'unknown' end
        ) as vpc_endpoint_ownership,
        endpoints.vpc_id as endpoint_vpc_id,
        -- Through somebody else's endpoint, the same address is another machine's.
        case
            when endpoints.ownership is distinct from 'foreign' then events.source_ip_address
        end as own_network_address,
        coalesce(networks.credential_use, 'unknown') as credential_use
    from called as events
    left join endpoint_ownership as endpoints
        on endpoints.vpc_endpoint_id = events.vpc_endpoint_id
    left join role_session_networks as networks
        on networks.role_session_id = events.role_session_id
        and networks.source_ip_address = events.source_ip_address
        and networks.vpc_endpoint_id is not distinct from events.vpc_endpoint_id
),

claimed as (
    select
        placed.*,
        coalesce(
            about_event.attribution_id,
            case
                when coalesce(at_address.confidence, inherited.confidence, 'weak') = 'weak'
                    then about_app_id.attribution_id
            end,
            at_address.attribution_id,
            inherited.attribution_id
        ) as attribution_id,
        -- Credentials at work outside their network may have left the hands of whom they came from.
        placed.credential_use = 'outside' and about_event.attribution_id is null as is_outside
    from placed
    left join attributions as about_event
        on about_event.event_id = placed.event_id
    left join attributions as about_app_id
        on about_app_id.role_session_id = placed.role_session_id
        and about_app_id.user_agent_app_id = placed.user_agent_app_id
        and placed.event_time >= about_app_id.valid_from
        and placed.event_time < about_app_id.valid_to
    left join attributions as at_address
        on at_address.role_session_id = placed.role_session_id
        and at_address.source_ip_address = placed.own_network_address
        and at_address.event_id is null
        and placed.event_time >= at_address.valid_from
        and placed.event_time < at_address.valid_to
    left join attributions as inherited
        on inherited.role_session_id = placed.role_session_id
        and inherited.source_ip_address is null
        and inherited.event_id is null
        and inherited.user_agent_app_id is null
        and placed.event_time >= inherited.valid_from
        and placed.event_time < inherited.valid_to
)

select
    claimed.* exclude (
        endpoint_vpc_id, own_network_address, vpc_endpoint_ownership, credential_use, is_outside
    ),
    coalesce(
        role_sessions.workload_kind,
        case claimed.user_identity_type
            when 'IAMUser' then 'iam_user'
            when 'Root' then 'root_user'
            when 'AWSService' then 'aws_service'
            when 'AWSAccount' then 'aws_account'
            when 'SAMLUser' then 'saml_user'
            when 'WebIdentityUser' then 'web_identity'
            when 'IdentityCenterUser' then 'identity_center_user'
        end,
        'unknown'
    ) as workload_kind,
    coalesce(
        role_sessions.workload_name,
        case
            when claimed.role_session_id is null
                then coalesce(claimed.user_name, claimed.invoked_by, claimed.principal_id)
        end
    ) as workload_name,
    coalesce(role_sessions.fleet_name, claims.fleet_name) as fleet_name,
    coalesce(
        role_sessions.fleet_confidence,
        case when claims.fleet_name is not null then claims.confidence end
    ) as fleet_confidence,
    role_sessions.image_builder_name,
    claims.stack_name,
    case when not claimed.is_outside then claims.streaming_session_id end as streaming_session_id,
    case when not claimed.is_outside then claims.user_id end as user_id,
    case when claimed.is_outside and claims.confidence is not null then 'weak'
        else claims.confidence
    end as session_confidence,
    coalesce(claims.candidate_user_ids, []) as candidate_user_ids,
    case when claimed.is_outside then claims.method || '_outside' else claims.method end
        as attribution_method,
    coalesce(claimed.endpoint_vpc_id, claims.vpc_id, role_sessions.vpc_id) as vpc_id,
    claimed.vpc_endpoint_ownership,
    claimed.credential_use,
    coalesce(
        role_sessions.origin_principal_arn,
        case when claimed.role_session_id is null then claimed.user_identity_arn end
    ) as origin_principal_arn,
    role_sessions.parent_role_session_id
from claimed
left join role_sessions
    on role_sessions.role_session_id = claimed.role_session_id
left join attributions as claims
    on claims.attribution_id = claimed.attribution_id

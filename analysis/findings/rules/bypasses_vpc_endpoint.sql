-- One row per hour and role session of a fleet that called a service past the VPC endpoint for it, which
-- its own VPC has in that region.
with service_endpoints as (
    select distinct
        vpc_id,
        region,
        split_part(service_name, '.', 4) as service
    from known_vpc_endpoints
    where service_name like 'com.amazonaws.%'
),

past as (
    select
        activity.*,
        resources.vpc_id,
        split_part(activity.event_source, '.', 1) as service
    from session_activity as activity
    inner join (
        select distinct resource_name, vpc_id
        from appstream_resources
        where resource_type = 'fleet' and vpc_id is not null
    ) as resources
        on resources.resource_name = activity.fleet_name
    where activity.workload_kind = 'appstream_fleet'
        and activity.vpc_endpoint_id is null
        and activity.credential_use != 'outside'
        -- Services that call on the caller's behalf have no address.
        and regexp_matches(activity.source_ip_address, '^\d{1,3}(\.\d{1,3}){3}$|:')
)

select
    past.fleet_name || ' ' || past.event_source || ' ' || past.aws_region as subject,
    past.recipient_account_id as account_id,
    past.aws_region as region,
    past.first_event_at as first_seen_at,
    past.last_event_at as last_seen_at,
    past.event_count,
    past.role_session_id,
    past.user_id,
    past.fleet_name,
    past.event_source,
    past.source_ip_address,
    past.vpc_id
from past
inner join service_endpoints
    on service_endpoints.vpc_id = past.vpc_id
    and service_endpoints.region = past.aws_region
    and service_endpoints.service = past.service

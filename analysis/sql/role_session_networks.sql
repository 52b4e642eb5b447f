-- One row per role session and place that it was used from, and whether that place is inside the network
-- of its workload, outside it, or unknown. Credentials that an instance's own have issued belong into its
-- network, too. A service that calls on the caller's behalf is neither.
with places as (
    select
        role_session_id,
        source_ip_address,
        vpc_endpoint_id,
        bool_and(invoked_by is not null) as is_invoked_by_service,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from role_session_sightings
    group by role_session_id, source_ip_address, vpc_endpoint_id
),

workload_networks as (
    select
        role_sessions.role_session_id,
        workloads.workload_kind,
        workloads.issuing_role_arn,
        bool_or(resources.has_default_internet_access) as has_default_internet_access,
        list_distinct(array_agg(resources.vpc_id)) as vpc_ids
    from role_sessions
    inner join role_sessions as workloads
        on workloads.role_session_id = role_sessions.origin_role_session_id
    left join appstream_resources as resources
        on resources.iam_role_arn = workloads.issuing_role_arn
        -- With nobody left to have used them there, any carrier's network is theirs.
        and (
            array_length(workloads.candidate_fleet_names) = 0
            or list_contains(workloads.candidate_fleet_names, resources.resource_name)
            or resources.resource_name = workloads.image_builder_name
        )
        and resources.valid_from <= workloads.last_event_at
        and resources.valid_to > workloads.first_event_at
    where workloads.workload_kind in (
        'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder',
        'ec2_instance', 'ecs_task', 'eks_pod'
    )
    group by role_sessions.role_session_id, workloads.workload_kind, workloads.issuing_role_arn
),

egress_known as (
    select distinct issuing_role_arn from egress_addresses
),

-- Where instances have public addresses of their own, another one is foreign only if theirs are known.
public_known as (
    select networks.issuing_role_arn
    from places
    inner join workload_networks as networks
        on networks.role_session_id = places.role_session_id
    left join own_public_addresses as addresses
        on addresses.public_ip_address = places.source_ip_address
    where places.vpc_endpoint_id is null
        and not places.is_invoked_by_service
        and regexp_matches(places.source_ip_address, '^\d{1,3}(\.\d{1,3}){3}$|:')
    group by networks.issuing_role_arn
    having count(distinct case when addresses.public_ip_address is not null
            then places.role_session_id end) >= 3
        and count(distinct case when addresses.public_ip_address is not null
            then places.role_session_id end) * 5
            >= count(distinct places.role_session_id) * 4
),

-- A gateway of another VPC doesn't tell how the workload's own reaches the internet.
ways_out as (
    select distinct networks.role_session_id
    from workload_networks as networks
    inner join (select distinct account_id, vpc_id from own_public_addresses) as addresses
        on addresses.account_id = split_part(networks.issuing_role_arn, ':', 5)
        and (addresses.vpc_id is null or list_contains(networks.vpc_ids, addresses.vpc_id))
),

described as (
    select
        places.*,
        networks.workload_kind,
        coalesce(networks.has_default_internet_access, false) as has_default_internet_access,
        networks.vpc_ids,
        endpoints.ownership,
        coalesce(reached.vpc_id, endpoints.vpc_id) as caller_vpc_id,
        regexp_matches(places.source_ip_address, '^\d{1,3}(\.\d{1,3}){3}$|:') as is_address,
        addresses.public_ip_address is not null as is_own_public_address,
        addresses.vpc_id as public_vpc_id,
        public_known.issuing_role_arn is not null as is_public_known,
        egress.source_ip_address is not null as is_egress_address,
        egress_known.issuing_role_arn is not null
        or ways_out.role_session_id is not null as is_egress_known
    from places
    left join workload_networks as networks
        on networks.role_session_id = places.role_session_id
    left join endpoint_ownership as endpoints
        on endpoints.vpc_endpoint_id = places.vpc_endpoint_id
    left join reached_endpoints as reached
        on reached.vpc_endpoint_id = places.vpc_endpoint_id
        and reached.source_ip_address = places.source_ip_address
    left join own_public_addresses as addresses
        on addresses.public_ip_address = places.source_ip_address
    left join egress_addresses as egress
        on egress.issuing_role_arn = networks.issuing_role_arn
        and egress.source_ip_address = places.source_ip_address
    left join egress_known
        on egress_known.issuing_role_arn = networks.issuing_role_arn
    left join public_known
        on public_known.issuing_role_arn = networks.issuing_role_arn
    left join ways_out
        on ways_out.role_session_id = networks.role_session_id
)

select
    role_session_id,
    source_ip_address,
    vpc_endpoint_id,
    case
        when workload_kind is null or is_invoked_by_service or not is_address then 'unknown'
        when ownership = 'foreign' then 'outside'
        when ownership = 'own'
            and array_length(vpc_ids) > 0
            and caller_vpc_id is not null
            and not list_contains(vpc_ids, caller_vpc_id) then 'outside'
        when ownership = 'own' then 'inside'
        when vpc_endpoint_id is not null then 'unknown'
        when is_egress_address then 'inside'
        when is_own_public_address
            and array_length(vpc_ids) > 0
            and public_vpc_id is not null
            and not list_contains(vpc_ids, public_vpc_id) then 'outside'
        when is_own_public_address then 'inside'
        when workload_kind like 'appstream_%'
            and is_egress_known
            and (is_public_known or not has_default_internet_access) then 'outside'
        else 'unknown'
    end as credential_use,
    first_event_at,
    last_event_at
from described

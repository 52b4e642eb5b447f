-- One row per set of temporary credentials seen in use or issued: what used them, where from, who
-- issued them. The person behind a fleet's role session is not here but in attributions.
with instances as (
    select
        role_session_id,
        min(eni_private_ip_address) as eni_private_ip_address,
        min(vpc_id) as vpc_id,
        count(distinct streaming_instance_id) as instance_count
    from role_session_instances
    group by role_session_id
),

networks as (
    select
        role_session_id,
        case when count(distinct vpc_id) = 1 then min(vpc_id) end as vpc_id,
        case when count(distinct eni_private_ip_address) = 1 then min(eni_private_ip_address) end
            as eni_private_ip_address
    from role_session_addresses
    group by role_session_id
)

select
    workloads.role_session_id,
    workloads.access_key_id,
    workloads.issuing_role_arn,
    workloads.issuing_role_id,
    workloads.issuing_role_account_id,
    workloads.role_session_name,
    workloads.credentials_created_at,
    workloads.first_event_at,
    workloads.last_event_at,
    workloads.workload_kind,
    workloads.workload_name,
    workloads.workload_rule,
    case
        when workloads.workload_kind = 'appstream_fleet'
            and workloads.carrier_count = 1 then workloads.fleet_names[1]
    end as fleet_name,
    case
        when workloads.workload_kind = 'appstream_fleet'
            and workloads.carrier_count = 1
            then case when workloads.is_carrier_confirmed then 'certain' else 'strong' end
        when workloads.workload_kind = 'appstream_fleet'
            and workloads.carrier_count > 1 then 'weak'
    end as fleet_confidence,
    coalesce(workloads.fleet_names, []) as candidate_fleet_names,
    case
        when workloads.workload_kind = 'appstream_image_builder' then workloads.workload_name
    end as image_builder_name,
    workloads.source_ip_addresses,
    workloads.vpc_endpoint_ids,
    coalesce(instances.vpc_id, networks.vpc_id) as vpc_id,
    coalesce(
        case when instances.instance_count = 1 then instances.eni_private_ip_address end,
        networks.eni_private_ip_address
    ) as eni_private_ip_address,
    workloads.assume_event_id as issued_by_event_id,
    issues.parent_role_session_id,
    origins.origin_principal_arn,
    origins.origin_role_session_id,
    workloads.source_identity,
    workloads.event_count,
    workloads.denied_count,
    issues.role_session_tags
from role_session_workloads as workloads
inner join role_session_origins as origins
    on origins.role_session_id = workloads.role_session_id
left join role_session_issues as issues
    on issues.role_session_id = workloads.role_session_id
left join instances
    on instances.role_session_id = workloads.role_session_id
left join networks
    on networks.role_session_id = workloads.role_session_id

-- One row per S3 data event in which AppStream wrote a person's home folder, application settings or
-- session-script log: the key names the person by hash, and a script log its streaming session too.
with sightings as (
    select
        evidence.*,
        users.user_id as known_user_id,
        coalesce(reached.vpc_id, endpoints.vpc_id) as caller_vpc_id
    from streaming_session_evidence as evidence
    left join known_vpc_endpoints as endpoints
        on endpoints.vpc_endpoint_id = evidence.vpc_endpoint_id
    left join reached_endpoints as reached
        on reached.vpc_endpoint_id = evidence.vpc_endpoint_id
        and reached.source_ip_address = evidence.eni_private_ip_address
    left join known_users as users
        on users.user_id_sha256 = evidence.user_id_sha256
        and users.account_id = evidence.account_id
    where evidence.evidence_source in ('home_folder_key', 'app_settings_key', 'script_log_key')
        and (evidence.detail ->> '$.is_service_role') = 'true'
),

placed as (
    select
        sightings.evidence_id,
        list_sort(array_agg(distinct instances.streaming_session_id)) as streaming_session_ids,
        case when count(distinct instances.fleet_name) = 1 then min(instances.fleet_name) end
            as fleet_name,
        case when count(distinct instances.stack_name) = 1 then min(instances.stack_name) end
            as stack_name,
        case when count(distinct instances.vpc_id) = 1 then min(instances.vpc_id) end as vpc_id
    from sightings
    inner join streaming_instances as instances
        on instances.account_id = sightings.account_id
        and instances.user_id_sha256 = sightings.user_id_sha256
        and instances.started_at - to_seconds($grace_before_seconds) <= sightings.observed_at
        and instances.ends_at + to_seconds($grace_after_seconds) > sightings.observed_at
        and (
            sightings.eni_private_ip_address is null
            or instances.eni_private_ip_address = sightings.eni_private_ip_address
        )
        and coalesce(instances.vpc_id = sightings.caller_vpc_id, true)
        and (
            sightings.streaming_session_id is null
            or instances.streaming_session_id = sightings.streaming_session_id
        )
    group by sightings.evidence_id
)

select
    sightings.access_key_id as role_session_id,
    cast(null as varchar) as source_ip_address,
    sightings.event_id,
    sightings.observed_at as valid_from,
    sightings.observed_at + interval 1 second as valid_to,
    case
        when sightings.streaming_session_id is not null then [sightings.streaming_session_id]
        else coalesce(placed.streaming_session_ids, [])
    end as streaming_session_ids,
    case when sightings.known_user_id is null then [] else [sightings.known_user_id] end
        as user_ids,
    sightings.evidence_source as method,
    'certain' as confidence,
    coalesce(sightings.fleet_name, placed.fleet_name) as fleet_name,
    coalesce(sightings.stack_name, placed.stack_name) as stack_name,
    placed.vpc_id,
    [sightings.event_id] as evidence_event_ids,
    cast([] as varchar[]) as history_ids
from sightings
left join placed
    on placed.evidence_id = sightings.evidence_id
where sightings.known_user_id is not null
    or sightings.streaming_session_id is not null

-- One row per role session seen at an address where AppStream served one person's home folder or
-- application settings, in a streaming session that nothing reports: from the first to the last such call
-- that person was on the instance. The person is named if one network interface held the address all that
-- time, since an instance of a single-session fleet serves one person; else it is a candidate.
with served as (
    select
        evidence.evidence_id,
        evidence.event_id,
        evidence.observed_at,
        evidence.account_id,
        evidence.eni_private_ip_address,
        evidence.user_id_sha256,
        coalesce(reached.vpc_id, endpoints.vpc_id) as vpc_id,
        users.user_id
    from streaming_session_evidence as evidence
    left join known_vpc_endpoints as endpoints
        on endpoints.vpc_endpoint_id = evidence.vpc_endpoint_id
    left join reached_endpoints as reached
        on reached.vpc_endpoint_id = evidence.vpc_endpoint_id
        and reached.source_ip_address = evidence.eni_private_ip_address
    left join known_users as users
        on users.user_id_sha256 = evidence.user_id_sha256
        and users.account_id = evidence.account_id
    where evidence.evidence_source in ('home_folder_key', 'app_settings_key')
        and (evidence.detail ->> '$.is_service_role') = 'true'
        and evidence.eni_private_ip_address is not null
),

reported as (
    select served.evidence_id
    from served
    inner join streaming_instances as instances
        on instances.account_id = served.account_id
        and instances.eni_private_ip_address = served.eni_private_ip_address
        and coalesce(instances.vpc_id = served.vpc_id, true)
        and instances.started_at - to_seconds($grace_before_seconds) <= served.observed_at
        and instances.ends_at + to_seconds($grace_after_seconds) >= served.observed_at
),

marked as (
    select
        *,
        case
            when user_id_sha256 = lag(user_id_sha256) over at_address
                and observed_at <= lag(observed_at) over at_address + interval 4 day then 0
            else 1
        end as is_first
    from served
    where evidence_id not in (select evidence_id from reported)
    window at_address as (
        partition by account_id, eni_private_ip_address, vpc_id
        order by observed_at, evidence_id
    )
),

numbered as (
    select
        *,
        sum(is_first) over (
            partition by account_id, eni_private_ip_address, vpc_id
            order by observed_at, evidence_id
            rows between unbounded preceding and current row
        ) as stay
    from marked
),

stays as (
    select
        min(evidence_id) as stay_id,
        account_id,
        eni_private_ip_address,
        vpc_id,
        min(user_id) as user_id,
        min(observed_at) as valid_from,
        max(observed_at) as valid_to,
        min(event_id) filter (where is_first = 1) as first_event_id
    from numbered
    group by account_id, eni_private_ip_address, vpc_id, stay
    having min(user_id) is not null
        and max(observed_at) > min(observed_at)
),

-- Somebody else's streaming session in between shows that it was not one stay.
disturbed as (
    select stays.stay_id
    from stays
    inner join streaming_instances as instances
        on instances.account_id = stays.account_id
        and instances.eni_private_ip_address = stays.eni_private_ip_address
        and coalesce(instances.vpc_id = stays.vpc_id, true)
        and instances.started_at < stays.valid_to
        and instances.ends_at > stays.valid_from
),

interfaced as (
    select
        stays.stay_id,
        min(interfaces.resource_history_id) as interface_history_id
    from stays
    inner join network_interface_lives as interfaces
        on interfaces.account_id = stays.account_id
        and interfaces.vpc_id = stays.vpc_id
        and interfaces.private_ip_address = stays.eni_private_ip_address
        and interfaces.is_creation_seen
        and interfaces.created_at <= stays.valid_from
        and interfaces.deleted_at >= stays.valid_to
    group by stays.stay_id
),

shared_fleets as (
    select array_agg(distinct resource_name) as fleet_names
    from appstream_resources
    where resource_type = 'fleet'
        and is_multisession
),

links as (
    select
        addresses.role_session_id,
        addresses.eni_private_ip_address,
        stays.valid_from,
        stays.valid_to,
        stays.user_id,
        carriers.fleet_names,
        coalesce(addresses.vpc_id, stays.vpc_id) as vpc_id,
        [stays.first_event_id, addresses.sighting_event_id] as evidence_event_ids,
        interfaced.interface_history_id,
        interfaced.interface_history_id is not null
        and addresses.is_own_network
        and carriers.is_confirmed
        and not coalesce(list_has_any(carriers.fleet_names, shared_fleets.fleet_names), false)
            as is_only_person
    from stays
    inner join role_session_addresses as addresses
        on addresses.account_id = stays.account_id
        and addresses.eni_private_ip_address = stays.eni_private_ip_address
        and coalesce(addresses.vpc_id = stays.vpc_id, true)
        and addresses.first_event_at <= stays.valid_to
        and addresses.last_event_at >= stays.valid_from
    inner join role_session_lives as lives
        on lives.role_session_id = addresses.role_session_id
        and not lives.is_disputed
    inner join role_session_carriers as carriers
        on carriers.role_session_id = addresses.role_session_id
        and array_length(carriers.fleet_names) > 0
        and array_length(carriers.image_builder_names) = 0
        and array_length(carriers.app_block_builder_names) = 0
    left join interfaced
        on interfaced.stay_id = stays.stay_id
    cross join shared_fleets
    where stays.stay_id not in (select stay_id from disturbed)
),

paths as (
    select
        *,
        eni_private_ip_address as source_ip_address,
        'storage_user' as method,
        case when is_only_person then 'strong' else 'weak' end as confidence
    from links

    union all

    select
        *,
        null as source_ip_address,
        'storage_user_credential' as method,
        'weak' as confidence
    from links
)

select
    role_session_id,
    source_ip_address,
    cast(null as varchar) as event_id,
    valid_from,
    valid_to,
    cast([] as varchar[]) as streaming_session_ids,
    [user_id] as user_ids,
    method,
    confidence,
    case when array_length(fleet_names) = 1 then fleet_names[1] end as fleet_name,
    cast(null as varchar) as stack_name,
    vpc_id,
    evidence_event_ids,
    list_distinct([interface_history_id]) as history_ids
from paths

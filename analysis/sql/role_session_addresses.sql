-- One row per private address that a role session called from, with the VPC that the address means
-- something in. A public address that is tied to a network interface stands for that one's private
-- address. Service names, other public addresses and foreign endpoints are not in it, nor calls that a
-- service made on the caller's behalf.
with placed as (
    select
        sightings.*,
        sightings.source_ip_address as eni_private_ip_address,
        coalesce(reached.vpc_id, endpoints.vpc_id, '') as vpc_key,
        coalesce(endpoints.ownership = 'own', false) as is_own_network
    from role_session_sightings as sightings
    left join endpoint_ownership as endpoints
        on endpoints.vpc_endpoint_id = sightings.vpc_endpoint_id
    left join reached_endpoints as reached
        on reached.vpc_endpoint_id = sightings.vpc_endpoint_id
        and reached.source_ip_address = sightings.source_ip_address
    where regexp_matches(sightings.source_ip_address, '^\d{1,3}(\.\d{1,3}){3}$')
        and sightings.invoked_by is null
        and endpoints.ownership is distinct from 'foreign'

    union all

    select
        sightings.*,
        ties.private_ip_address as eni_private_ip_address,
        coalesce(ties.vpc_id, '') as vpc_key,
        true as is_own_network
    from role_session_sightings as sightings
    inner join interface_public_addresses as ties
        on ties.public_ip_address = sightings.source_ip_address
        and ties.tied_from <= sightings.first_event_at + to_seconds($clock_skew_seconds)
        and ties.tied_to >= sightings.last_event_at - to_seconds($clock_skew_seconds)
    where sightings.invoked_by is null
        and sightings.vpc_endpoint_id is null
),

numbered as (
    select
        *,
        cast(split_part(eni_private_ip_address, '.', 1) as bigint) * 16777216
        + cast(split_part(eni_private_ip_address, '.', 2) as bigint) * 65536
        + cast(split_part(eni_private_ip_address, '.', 3) as bigint) * 256
        + cast(split_part(eni_private_ip_address, '.', 4) as bigint) as address_number
    from placed
)

select
    role_session_id,
    eni_private_ip_address,
    address_number,
    coalesce(issuing_role_account_id, user_identity_account_id) as account_id,
    aws_region as region,
    issuing_role_arn,
    min(credentials_created_at) as credentials_created_at,
    nullif(vpc_key, '') as vpc_id,
    is_own_network,
    list_sort(
        array_agg(distinct vpc_endpoint_id) filter (where vpc_endpoint_id is not null)
    ) as vpc_endpoint_ids,
    min(sighting_event_id) as sighting_event_id,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at,
    sum(event_count) as event_count
from numbered
where is_own_network
    or address_number between 167772160 and 184549375
    or address_number between 2886729728 and 2887778303
    or address_number between 3232235520 and 3232301055
    or address_number between 1681915904 and 1686110207
group by
    role_session_id, eni_private_ip_address, address_number,
    coalesce(issuing_role_account_id, user_identity_account_id), aws_region, issuing_role_arn,
    vpc_key, is_own_network

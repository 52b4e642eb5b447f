-- One row per private address that a role session called from, with the VPC that the address means
-- something in. Service names, public addresses and foreign endpoints are not in it, nor calls that a
-- service made on the caller's behalf.
with numbered as (
    select
        sightings.*,
        coalesce(endpoints.vpc_id, '') as vpc_key,
        coalesce(endpoints.ownership = 'own', false) as is_own_endpoint,
        cast(split_part(source_ip_address, '.', 1) as bigint) * 16777216
        + cast(split_part(source_ip_address, '.', 2) as bigint) * 65536
        + cast(split_part(source_ip_address, '.', 3) as bigint) * 256
        + cast(split_part(source_ip_address, '.', 4) as bigint) as address_number
    from role_session_sightings as sightings
    left join endpoint_ownership as endpoints
        on endpoints.vpc_endpoint_id = sightings.vpc_endpoint_id
    where regexp_matches(source_ip_address, '^\d{1,3}(\.\d{1,3}){3}$')
        and invoked_by is null
        and endpoints.ownership is distinct from 'foreign'
)

select
    role_session_id,
    source_ip_address as eni_private_ip_address,
    address_number,
    coalesce(issuing_role_account_id, user_identity_account_id) as account_id,
    aws_region as region,
    issuing_role_arn,
    min(credentials_created_at) as credentials_created_at,
    nullif(vpc_key, '') as vpc_id,
    is_own_endpoint,
    list_sort(
        array_agg(distinct vpc_endpoint_id) filter (where vpc_endpoint_id is not null)
    ) as vpc_endpoint_ids,
    min(sighting_event_id) as sighting_event_id,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at,
    sum(event_count) as event_count
from numbered
where is_own_endpoint
    or address_number between 167772160 and 184549375
    or address_number between 2886729728 and 2887778303
    or address_number between 3232235520 and 3232301055
    or address_number between 1681915904 and 1686110207
group by
    role_session_id, source_ip_address, address_number,
    coalesce(issuing_role_account_id, user_identity_account_id), aws_region, issuing_role_arn,
    vpc_key, is_own_endpoint

-- One row per own interface endpoint and private address that called through it from another of our
-- VPCs: many networks keep their endpoints in one VPC and reach them over peering or a transit gateway.
-- The address is in no subnet of the endpoint's VPC, all of which are listed, and in one other's.
with listed as (
    select distinct account_id, region
    from resource_history
    where resource_type = 'subnet'
        and evidence_source in ('api', 'aws_cli')
),

pairs as (
    select distinct
        sightings.vpc_endpoint_id,
        sightings.source_ip_address,
        endpoints.vpc_id as endpoint_vpc_id
    from role_session_sightings as sightings
    inner join known_vpc_endpoints as endpoints
        on endpoints.vpc_endpoint_id = sightings.vpc_endpoint_id
        and not coalesce(endpoints.is_gateway, false)
    inner join listed
        on listed.account_id = endpoints.account_id
        and listed.region = endpoints.region
    where regexp_matches(sightings.source_ip_address, '^\d{1,3}(\.\d{1,3}){3}$')
        and sightings.invoked_by is null
        and endpoints.vpc_id in (select vpc_id from known_subnets)
),

numbered as (
    select
        *,
        cast(split_part(source_ip_address, '.', 1) as bigint) * 16777216
        + cast(split_part(source_ip_address, '.', 2) as bigint) * 65536
        + cast(split_part(source_ip_address, '.', 3) as bigint) * 256
        + cast(split_part(source_ip_address, '.', 4) as bigint) as address_number
    from pairs
)

select
    numbered.vpc_endpoint_id,
    numbered.source_ip_address,
    min(subnets.vpc_id) as vpc_id
from numbered
inner join known_subnets as subnets
    on numbered.address_number between subnets.first_address and subnets.last_address
group by numbered.vpc_endpoint_id, numbered.source_ip_address, numbered.endpoint_vpc_id
having count(distinct subnets.vpc_id) = 1
    and min(subnets.vpc_id) != numbered.endpoint_vpc_id

-- One row per role and public address that many of the role's credentials leave from: a NAT gateway that
-- no inventory lists. One address must carry a fifth of them, on two instances at least, so that a few
-- copied keys don't make an address ours.
with public_places as (
    select distinct
        sightings.issuing_role_arn,
        sightings.role_session_id,
        sightings.source_ip_address
    from role_session_sightings as sightings
    inner join role_session_carriers as carriers
        on carriers.role_session_id = sightings.role_session_id
    where sightings.vpc_endpoint_id is null
        and sightings.invoked_by is null
        and regexp_matches(sightings.source_ip_address, '^\d{1,3}(\.\d{1,3}){3}$|:')
),

totals as (
    select issuing_role_arn, count(distinct role_session_id) as role_session_count
    from public_places
    group by issuing_role_arn
)

select
    places.issuing_role_arn,
    places.source_ip_address
from public_places as places
inner join totals
    on totals.issuing_role_arn = places.issuing_role_arn
left join role_session_instances as instances
    on instances.role_session_id = places.role_session_id
group by places.issuing_role_arn, places.source_ip_address, totals.role_session_count
having count(distinct instances.streaming_instance_id) >= 2
    and count(distinct places.role_session_id) >= 3
    and count(distinct places.role_session_id) * 5 >= totals.role_session_count

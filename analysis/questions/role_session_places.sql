-- One row per place that a role session was used from.
select
    places.source_ip_address,
    places.vpc_endpoint_id,
    endpoints.ownership as vpc_endpoint_ownership,
    endpoints.vpc_id,
    places.credential_use,
    places.first_event_at,
    places.last_event_at
from role_session_networks as places
left join endpoint_ownership as endpoints
    on endpoints.vpc_endpoint_id = places.vpc_endpoint_id
where places.role_session_id = $role_session_id
order by places.first_event_at, places.source_ip_address

-- One row per call with which a fleet or a role first used a region, in the hour of that first use. The
-- days in which the lake learns what is usual are not in it.
select
    fleet_or_role || ' ' || used as subject,
    account_id,
    region,
    event_id,
    event_time,
    role_session_id,
    fleet_name,
    fleet_or_role,
    used,
    event_name,
    source_ip_address
from first_use_calls
where kind = 'region'
    and first_used_at >= known_since + $baseline_days * interval '1 day'
    and active_days_before >= $active_days

-- One row: the calls of these roles' fleets in the range, and how many of them nobody is named for
-- (no streaming session), or no fleet. A policy of a person or fleet may lack what they needed.
select
    coalesce(sum(event_count), 0) as event_count,
    coalesce(sum(event_count) filter (where streaming_session_id is null), 0) as nobody_count,
    coalesce(sum(event_count) filter (where fleet_name is null), 0) as no_fleet_count
from session_activity
where hour_at >= $since
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and list_contains($role_arns, issuing_role_arn)

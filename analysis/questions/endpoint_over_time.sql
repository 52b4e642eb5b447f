-- One row per stretch of time ($bucket: hour, day or month) and way with calls of fleets and builders in
-- the range: through a VPC endpoint (own, foreign, unknown) or past them (null).
select
    date_trunc($bucket, hour_at) as bucket_at,
    vpc_endpoint_ownership,
    vpc_endpoint_id is not null as is_through_endpoint,
    credential_use,
    sum(event_count) as event_count
from session_activity
where workload_kind in (
        'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder'
    )
    and hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or coalesce(fleet_name, workload_name) = $fleet_name)
    and ($user_id is null or user_id = $user_id)
group by 1, 2, 3, 4
order by 1, 2, 3, 4

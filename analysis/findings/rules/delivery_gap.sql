-- One row per silence of an account and region in which log files were to be expected.
select
    coalesce(account_id || ' ' || region, 'all') || ' '
        || strftime(first_hour_at, '%Y-%m-%dT%H') as subject,
    account_id,
    region,
    first_hour_at as first_seen_at,
    last_hour_at as last_seen_at,
    missing_hours,
    files_expected,
    coalesce(account_id, 'all accounts') as silent_account,
    coalesce(region, 'all regions') as silent_region
from delivery_gaps

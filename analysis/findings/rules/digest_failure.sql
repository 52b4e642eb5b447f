-- One row per log file or digest that verification found to be altered, or missing though it was
-- delivered.
select
    uri as subject,
    account_id,
    region,
    coalesce(oldest_event_at, delivered_at, ingested_at) as first_seen_at,
    coalesce(newest_event_at, delivered_at, ingested_at) as last_seen_at,
    digest_status,
    events_written as event_count
from source_objects
where digest_status in ('altered', 'missing')

-- One row per reason for which records, or whole objects, were rejected: how many, in how many
-- objects, and when the first and the last were.
select
    reason,
    count(*) as rejected_count,
    count(distinct source_object_id) as object_count,
    min(rejected_at) as first_rejected_at,
    max(rejected_at) as last_rejected_at
from rejected_records
group by reason
order by rejected_count desc, reason

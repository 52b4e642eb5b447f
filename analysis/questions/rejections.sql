-- One row per record, or whole object, that could not be taken, newest first. Its text is not in it;
-- that stands in rejected_records.
select
    rejected_at,
    uri,
    record_index,
    field,
    reason
from rejected_records
order by rejected_at desc, uri, record_index
limit $limit

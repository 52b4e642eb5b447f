-- One row per kind and status of the objects in the ledger, with what became of their records.
select
    kind,
    status,
    count(*) as object_count,
    cast(sum(bytes) as bigint) as bytes,
    cast(sum(records_read) as bigint) as records_read,
    cast(sum(events_written) as bigint) as events_written,
    cast(sum(duplicates) as bigint) as duplicates,
    cast(sum(conflicts) as bigint) as conflicts,
    cast(sum(rejected) as bigint) as rejected
from source_objects
group by kind, status
order by kind, status

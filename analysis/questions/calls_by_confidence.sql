-- One row per kind of workload and confidence: how many calls there are, and their share of that kind's.
-- Confidence is null where the calls are not attributable to a person.
select
    workload_kind,
    session_confidence,
    cast(sum(event_count) as bigint) as call_count,
    round(sum(event_count) / sum(sum(event_count)) over (partition by workload_kind), 4) as share
from session_activity
group by workload_kind, session_confidence
order by
    workload_kind,
    case session_confidence when 'certain' then 1 when 'strong' then 2 when 'weak' then 3 else 4 end

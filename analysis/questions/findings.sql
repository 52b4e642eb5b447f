-- One row per finding that the rules' last run left, worst and newest first. $severity leaves out what
-- is less severe, $rules all other rules; a finding is in the range if any part of it is.
with ranked as (
    select
        *,
        case severity
            when 'critical' then 4
            when 'high' then 3
            when 'medium' then 2
            when 'low' then 1
            else 0
        end as severity_rank
    from findings
)

select ranked.* exclude (severity_rank)
from ranked
where ($since is null or last_seen_at >= $since)
    and ($until is null or first_seen_at < $until)
    and ($account_id is null or account_id = $account_id)
    and ($region is null or region = $region)
    and ($rules is null or list_contains($rules, rule))
    and severity_rank >= case coalesce($severity, 'info')
        when 'critical' then 4
        when 'high' then 3
        when 'medium' then 2
        when 'low' then 1
        else 0
    end
order by severity_rank desc, last_seen_at desc, finding_id

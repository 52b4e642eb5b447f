-- One row per account whose trail or inventory is in the lake: what others call "ours".
select distinct account_id
from (
    select recipient_account_id as account_id from role_session_sightings
    union all
    select recipient_account_id from credential_issues
    union all
    select account_id from source_objects where kind like 'cloudtrail%' or kind = 'lookup_events'
    union all
    select account_id from resource_history
) as accounts
where account_id is not null

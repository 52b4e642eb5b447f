-- One row per STS call whose answer held a session token in the log file as it was delivered. The token
-- itself never enters the lake.
select
    calls.recipient_account_id as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.event_name
from calls
where calls.issued_access_key_id is not null
    and contains(calls.response_elements, '"sessionToken":"REDACTED"')

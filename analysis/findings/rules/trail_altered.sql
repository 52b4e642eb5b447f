-- One row per call that stopped, deleted or altered what CloudTrail records, or tried to.
select
    calls.event_name || coalesce(
        ' ' || (calls.request_parameters ->> '$.name'),
        ' ' || (calls.request_parameters ->> '$.trailName'),
        ' ' || (calls.request_parameters ->> '$.eventDataStore'),
        ''
    ) as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.event_name,
    calls.result,
    calls.source_ip_address
from calls
where calls.event_source = 'cloudtrail.amazonaws.com'
    and calls.event_name in (
        'StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors',
        'DeleteEventDataStore', 'UpdateEventDataStore', 'StopEventDataStoreIngestion',
        'DeregisterOrganizationDelegatedAdmin', 'DeleteChannel', 'PutResourcePolicy'
    )

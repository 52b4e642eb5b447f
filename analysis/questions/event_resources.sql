-- One row per event of these ids between $since and $until, both inclusive: what it was about, at most 300
-- characters. Objects are bucket/key, all else is the name in the request, or the ARN that CloudTrail adds.
with requests as (
    select
        event_id,
        case when json_valid(request_parameters) then cast(request_parameters as json) end as request,
        list_filter(list_transform(resources, lambda resource: resource.arn), lambda arn: arn is not null)[1]
            as arn
    from events
    where event_time >= $since
        and event_time <= $until
        and list_contains(cast($event_ids as varchar[]), event_id)
)

select
    event_id,
    left(
        coalesce(
            request ->> '$.bucketName' || coalesce('/' || coalesce(request ->> '$.key', request ->> '$.prefix'), ''),
            request ->> '$.secretId',
            request ->> '$.roleArn',
            request ->> '$.tableName',
            request ->> '$.functionName',
            request ->> '$.keyId',
            request ->> '$.modelId',
            request ->> '$.logGroupName',
            request ->> '$.databaseName' || coalesce('.' || (request ->> '$.name'), ''),
            request ->> '$.queueUrl',
            request ->> '$.topicArn',
            request ->> '$.roleName',
            request ->> '$.userName',
            request ->> '$.stackName',
            request ->> '$.fleetName',
            request ->> '$.name',
            request ->> '$.instanceId',
            request ->> '$.workGroup',
            arn
        ),
        300
    ) as resource
from requests
order by event_id

-- One row per VPC endpoint that inventory or CloudTrail shows to be the customer's own.
select
    resource_id as vpc_endpoint_id,
    min(account_id) as account_id,
    min(region) as region,
    min(vpc_id) as vpc_id,
    min(service_name) as service_name,
    bool_or((state ->> '$.VpcEndpointType') = 'Gateway') as is_gateway,
    min(resource_history_id) as resource_history_id
from resource_history
where resource_type = 'vpc_endpoint'
    and change != 'deleted'
group by resource_id

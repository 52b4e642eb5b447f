-- One row per public address that belongs to our own networks, with its VPC where that is known: NAT
-- gateways and Elastic IPs.
select
    public_ip_address,
    min(account_id) as account_id,
    case when count(distinct vpc_id) = 1 then min(vpc_id) end as vpc_id
from resource_history
where resource_type in ('nat_gateway', 'elastic_ip', 'elastic_ip_association')
    and public_ip_address is not null
group by public_ip_address

-- One row per VPC endpoint that calls came through: own, foreign or unknown, and its VPC if own.
-- Own is what inventory, CreateVpcEndpoint or the event's vpcEndpointAccountId shows to be ours. An
-- endpoint that a full inventory of its region does not list is foreign: AWS calls through its own too.
with inventories as (
    select distinct account_id, region
    from resource_history
    where resource_type = 'vpc_endpoint'
        and evidence_source in ('api', 'aws_cli')
),

sighted as (
    select
        vpc_endpoint_id,
        max(vpc_endpoint_account_id) as vpc_endpoint_account_id,
        bool_and(inventories.account_id is not null) as is_region_listed
    from role_session_sightings as sightings
    left join inventories
        on inventories.account_id
            = coalesce(sightings.issuing_role_account_id, sightings.recipient_account_id)
        and inventories.region = sightings.aws_region
    where vpc_endpoint_id is not null
    group by vpc_endpoint_id
)

select
    sighted.vpc_endpoint_id,
    known.vpc_id,
    known.service_name,
    known.resource_history_id,
    case
        when known.vpc_endpoint_id is not null then 'own'
        when own.account_id is not null then 'own'
        when sighted.vpc_endpoint_account_id is not null then 'foreign'
        when sighted.is_region_listed then 'foreign'
        else 'unknown'
    end as ownership
from sighted
left join known_vpc_endpoints as known
    on known.vpc_endpoint_id = sighted.vpc_endpoint_id
left join own_accounts as own
    on own.account_id = sighted.vpc_endpoint_account_id

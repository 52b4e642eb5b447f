-- One row per role session whose source identity is the id of a known AppStream user: a session script
-- can set it when it assumes a role for the person. The streaming session is that person's only one at
-- that time, if there is just one.
with named as (
    select
        facts.role_session_id,
        facts.first_event_at,
        facts.last_event_at,
        facts.assume_event_id,
        issues.assumed_at,
        users.user_id
    from role_session_facts as facts
    inner join role_session_issues as issues
        on issues.role_session_id = facts.role_session_id
    inner join (select distinct user_id from known_users) as users
        on users.user_id = facts.source_identity
    where facts.source_identity is not null
        and not facts.is_disputed
        and facts.role_session_id in (
            select lineage.child_role_session_id
            from lineage_links as lineage
            inner join role_session_carriers as carriers
                on carriers.role_session_id = lineage.ancestor_role_session_id
        )
)

select
    named.role_session_id,
    cast(null as varchar) as source_ip_address,
    cast(null as varchar) as event_id,
    named.first_event_at as valid_from,
    named.last_event_at + interval 1 second as valid_to,
    case
        when count(distinct instances.streaming_session_id) = 1
            then [min(instances.streaming_session_id)]
        else []
    end as streaming_session_ids,
    [named.user_id] as user_ids,
    'source_identity' as method,
    'strong' as confidence,
    case when count(distinct instances.fleet_name) = 1 then min(instances.fleet_name) end
        as fleet_name,
    case when count(distinct instances.stack_name) = 1 then min(instances.stack_name) end
        as stack_name,
    cast(null as varchar) as vpc_id,
    [named.assume_event_id] as evidence_event_ids,
    cast([] as varchar[]) as history_ids
from named
left join streaming_instances as instances
    on instances.user_id = named.user_id
    and instances.started_at <= named.assumed_at
    and instances.ends_at > named.assumed_at
group by
    named.role_session_id, named.first_event_at, named.last_event_at, named.user_id,
    named.assume_event_id

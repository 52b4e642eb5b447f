-- One row per role session that was issued, in one step or several, from an instance's credentials: it
-- belongs to whoever was on the instance at the first step, for as long as it is used.
with inherited as (
    select
        lineage.child_role_session_id,
        lineage.depth,
        lineage.assume_event_ids,
        claims.*,
        row_number() over (
            partition by lineage.child_role_session_id
            order by
                lineage.depth,
                case when claims.source_ip_address is null then 1 else 0 end,
                claims.valid_from,
                claims.streaming_session_ids
        ) as position
    from lineage_links as lineage
    inner join (
        select * from instance_claims
        union all
        select * from renewal_claims
    ) as claims
        on claims.role_session_id = lineage.ancestor_role_session_id
        and claims.valid_from <= lineage.first_assumed_at
        and claims.valid_to > lineage.first_assumed_at
        and coalesce(claims.source_ip_address = lineage.first_source_ip_address, true)
)

select
    inherited.child_role_session_id as role_session_id,
    cast(null as varchar) as source_ip_address,
    cast(null as varchar) as event_id,
    facts.first_event_at as valid_from,
    facts.last_event_at + interval 1 second as valid_to,
    inherited.streaming_session_ids,
    inherited.user_ids,
    'role_chain' as method,
    case inherited.confidence when 'certain' then 'strong' else inherited.confidence end
        as confidence,
    inherited.fleet_name,
    inherited.stack_name,
    inherited.vpc_id,
    list_concat(inherited.assume_event_ids, inherited.evidence_event_ids) as evidence_event_ids,
    inherited.history_ids
from inherited
inner join role_session_facts as facts
    on facts.role_session_id = inherited.child_role_session_id
where inherited.position = 1
    and not facts.is_disputed

-- One row per role session that was issued, in one step or several, from an instance's credentials: it
-- belongs to whoever was on the instance at the first step, less surely once that person was gone.
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
),

followed as (
    select
        child_role_session_id,
        unnest(streaming_session_ids) as streaming_session_id
    from inherited
    where position = 1
),

ends as (
    select
        followed.child_role_session_id,
        max(instances.ends_at) + to_seconds($grace_after_seconds) as outlived_at
    from followed
    inner join streaming_instances as instances
        on instances.streaming_session_id = followed.streaming_session_id
    group by followed.child_role_session_id
),

lives as (
    select
        inherited.* exclude (role_session_id, source_ip_address, event_id, valid_from, valid_to),
        facts.first_event_at,
        facts.last_event_at + interval 1 second as ends_at,
        least(
            greatest(coalesce(ends.outlived_at, facts.last_event_at), facts.first_event_at),
            facts.last_event_at + interval 1 second
        ) as outlived_at
    from inherited
    inner join role_session_facts as facts
        on facts.role_session_id = inherited.child_role_session_id
    left join ends
        on ends.child_role_session_id = inherited.child_role_session_id
    where inherited.position = 1
        and not facts.is_disputed
),

stretches as (
    select
        *,
        first_event_at as valid_from,
        outlived_at as valid_to,
        'role_chain' as chain_method,
        case confidence when 'certain' then 'strong' else confidence end as chain_confidence
    from lives

    union all

    -- The instance is gone, and with it the person: whoever uses the credentials now has them elsewhere.
    select
        *,
        outlived_at as valid_from,
        ends_at as valid_to,
        'role_chain_outlived' as chain_method,
        'weak' as chain_confidence
    from lives
)

select
    child_role_session_id as role_session_id,
    cast(null as varchar) as source_ip_address,
    cast(null as varchar) as event_id,
    valid_from,
    valid_to,
    streaming_session_ids,
    user_ids,
    chain_method as method,
    chain_confidence as confidence,
    fleet_name,
    stack_name,
    vpc_id,
    list_concat(assume_event_ids, evidence_event_ids) as evidence_event_ids,
    history_ids
from stretches
where valid_to > valid_from

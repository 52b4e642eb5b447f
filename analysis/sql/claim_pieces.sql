-- One row per role session, path and stretch of time in which the same claims hold. Claims about one
-- event stand as they are. Where claims agree, the surest one speaks; where they name different people
-- or streaming sessions, the piece is weak and lists them all, whatever each claim said for itself.
with claims as (
    select * from instance_claims
    union all
    select * from renewal_claims
    union all
    -- A source identity picks one of the people whom the chain leaves; it contradicts only others.
    select chained.*
    from chained_claims as chained
    left join source_identity_claims as named
        on named.role_session_id = chained.role_session_id
    where named.role_session_id is null
        or array_length(chained.user_ids) = 1
        or not list_contains(chained.user_ids, named.user_ids[1])
    union all
    select * from source_identity_claims
    union all
    select * from storage_user_claims
),

numbered as (
    select
        *,
        coalesce(source_ip_address, '') as path_key,
        case confidence when 'certain' then 1 when 'strong' then 2 else 3 end as rank
    from claims
),

-- Few claims overlap others; only those have to be cut into pieces.
neighbours as (
    select
        *,
        coalesce(
            max(valid_to) over (
                partition by role_session_id, path_key
                order by valid_from, valid_to
                rows between unbounded preceding and 1 preceding
            ) > valid_from,
            false
        )
        or coalesce(
            lead(valid_from) over (
                partition by role_session_id, path_key
                order by valid_from, valid_to
            ) < valid_to,
            false
        ) as has_overlap
    from numbered
    where valid_to > valid_from
),

overlapping as (
    select * exclude (has_overlap)
    from neighbours
    where has_overlap
),

cuts as (
    select role_session_id, path_key, valid_from as cut_at from overlapping
    union
    select role_session_id, path_key, valid_to from overlapping
),

stretches as (
    select
        role_session_id,
        path_key,
        cut_at as valid_from,
        lead(cut_at) over (partition by role_session_id, path_key order by cut_at) as valid_to
    from cuts
),

held as (
    select
        stretches.role_session_id,
        stretches.path_key,
        stretches.valid_from,
        stretches.valid_to,
        overlapping.* exclude (role_session_id, path_key, valid_from, valid_to),
        count(*) over (
            partition by stretches.role_session_id, stretches.path_key, stretches.valid_from
        ) as claim_count
    from stretches
    inner join overlapping
        on overlapping.role_session_id = stretches.role_session_id
        and overlapping.path_key = stretches.path_key
        and overlapping.valid_from <= stretches.valid_from
        and overlapping.valid_to >= stretches.valid_to
    where stretches.valid_to > stretches.valid_from
),

single as (
    select
        role_session_id,
        path_key,
        valid_from,
        valid_to,
        streaming_session_ids,
        user_ids,
        method,
        confidence,
        fleet_name,
        stack_name,
        vpc_id,
        evidence_event_ids,
        history_ids
    from (
        select * exclude (claim_count) from held where claim_count = 1
        union all by name
        select * exclude (has_overlap) from neighbours where not has_overlap
    ) as alone
),

several as (
    select
        role_session_id,
        path_key,
        valid_from,
        valid_to,
        list_sort(list_distinct(flatten(array_agg(streaming_session_ids))))
            as streaming_session_ids,
        list_sort(list_distinct(flatten(array_agg(user_ids)))) as user_ids,
        list_aggregate(list_sort(array_agg(distinct method)), 'string_agg', '+') as method,
        min(rank) as rank,
        case when count(distinct fleet_name) = 1 then min(fleet_name) end as fleet_name,
        case when count(distinct stack_name) = 1 then min(stack_name) end as stack_name,
        case when count(distinct vpc_id) = 1 then min(vpc_id) end as vpc_id,
        list_sort(list_distinct(flatten(array_agg(evidence_event_ids)))) as evidence_event_ids,
        list_sort(list_distinct(flatten(array_agg(history_ids)))) as history_ids
    from held
    where claim_count > 1
    group by role_session_id, path_key, valid_from, valid_to
)

select * from single

union all

select
    role_session_id,
    path_key,
    valid_from,
    valid_to,
    streaming_session_ids,
    user_ids,
    method,
    case
        when array_length(streaming_session_ids) > 1 or array_length(user_ids) > 1 then 'weak'
        when rank = 1 then 'certain'
        when rank = 2 then 'strong'
        else 'weak'
    end as confidence,
    fleet_name,
    stack_name,
    vpc_id,
    evidence_event_ids,
    history_ids
from several

-- One row per role session in a chain and each role session above it, with the first step down from
-- that ancestor. Depth 1 is the parent. A chain that would lead back to itself is cut.
with recursive links as (
    select
        role_session_id as child_role_session_id,
        parent_role_session_id,
        assume_event_id,
        assumed_at,
        source_ip_address
    from role_session_issues
    where parent_role_session_id is not null
        and parent_role_session_id != role_session_id
),

climbs as (
    select
        child_role_session_id,
        parent_role_session_id as ancestor_role_session_id,
        child_role_session_id as first_issued_role_session_id,
        assume_event_id as first_assume_event_id,
        assumed_at as first_assumed_at,
        source_ip_address as first_source_ip_address,
        [assume_event_id] as assume_event_ids,
        1 as depth
    from links

    union all

    select
        climbs.child_role_session_id,
        links.parent_role_session_id,
        links.child_role_session_id,
        links.assume_event_id,
        links.assumed_at,
        links.source_ip_address,
        list_prepend(links.assume_event_id, climbs.assume_event_ids),
        climbs.depth + 1
    from climbs
    inner join links
        on links.child_role_session_id = climbs.ancestor_role_session_id
        and links.parent_role_session_id != climbs.child_role_session_id
    where climbs.depth < 20
)

select * from climbs

-- One row per role session and the STS call that issued its credentials, found by the issued key or,
-- where the key is blank, by role, name and time. A call logged in two accounts is one: the copy that
-- names the calling credentials is taken. Calls whose role disagrees with the events are left out.
with keyed as (
    select
        issues.*,
        coalesce(lives.role_session_id, issues.issued_access_key_id) as role_session_id,
        'issued_key' as method
    from credential_issues as issues
    left join role_session_lives as lives
        on lives.role_session_id = issues.issued_access_key_id
    where length(issues.issued_access_key_id) >= 16
        and issues.issued_access_key_id not like '%EXAMPLE%'
        and not coalesce(lives.is_disputed, false)
        and (
            lives.role_session_id is null
            or lives.issuing_role_arn is null
            or issues.role_arn is null
            or lives.issuing_role_arn = issues.role_arn
            or lives.issuing_role_id = split_part(issues.assumed_role_id, ':', 1)
        )
),

named as (
    select
        issues.*,
        lives.role_session_id,
        'role_name_and_time' as method
    from credential_issues as issues
    inner join role_session_lives as lives
        on lives.role_session_id like 'unkeyed-%'
        and issues.assumed_role_id = lives.issuing_role_id || ':' || lives.role_session_name
        and issues.assumed_at = lives.credentials_created_at
        and not lives.is_disputed
    where issues.issued_access_key_id is null
        or issues.issued_access_key_id like '%EXAMPLE%'
        or length(issues.issued_access_key_id) < 16
),

ranked as (
    select
        *,
        row_number() over (
            partition by role_session_id
            order by
                case when parent_role_session_id is not null then 0 else 1 end,
                case when parent_account_id = recipient_account_id then 0 else 1 end,
                method,
                assumed_at,
                assume_event_id
        ) as position
    from (
        select * from keyed
        union all
        select * from named
    ) as links
)

select *
from ranked
where position = 1

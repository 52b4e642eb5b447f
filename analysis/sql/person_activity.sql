-- The roll-up's rows that have a person behind them by name, and by which way that person came: in a
-- streaming session, signed in to AWS (IAM, Identity Center, SAML, web identity), by a role that was
-- assumed from either, or served by AppStream itself (home folders, settings). Rows that nobody is named for are not in it.
select
    coalesce(
        user_id,
        case
            when workload_kind in (
                'iam_user', 'root_user', 'identity_center_user', 'saml_user', 'web_identity',
                'cognito_identity'
            )
                then workload_name
        end,
        case
            when origin_principal_arn like '%:user/%'
                or origin_principal_arn like '%:assumed-role/AWSReservedSSO\_%' escape '\'
                then regexp_extract(origin_principal_arn, '[^/]*$')
        end
    ) as person,
    case
        when workload_kind = 'appstream_service' then 'appstream_service'
        when workload_kind = 'assumed_role' then 'chained_role'
        when user_id is not null then 'streaming_session'
        else 'sign_in'
    end as way,
    *
from session_activity
where user_id is not null
    or workload_kind in (
        'iam_user', 'root_user', 'identity_center_user', 'saml_user', 'web_identity',
        'cognito_identity'
    )
    or origin_principal_arn like '%:user/%'
    or origin_principal_arn like '%:assumed-role/AWSReservedSSO\_%' escape '\'

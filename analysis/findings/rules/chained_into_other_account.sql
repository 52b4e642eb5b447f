-- One row per role of another account that a streaming instance's credentials, or what they had issued,
-- assumed.
select
    parents.issuing_role_arn || ' to ' || children.issuing_role_arn as subject,
    parents.issuing_role_account_id as account_id,
    links.assume_event_id as event_id,
    links.assumed_at as event_time,
    links.child_role_session_id as role_session_id,
    origins.fleet_name,
    parents.issuing_role_arn,
    children.issuing_role_arn as assumed_role_arn,
    children.issuing_role_account_id as assumed_account_id
from credential_lineage as links
inner join role_sessions as children
    on children.role_session_id = links.child_role_session_id
inner join role_sessions as parents
    on parents.role_session_id = links.parent_role_session_id
inner join role_sessions as origins
    on origins.role_session_id = children.origin_role_session_id
where origins.workload_kind in (
        'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder'
    )
    and children.issuing_role_account_id != parents.issuing_role_account_id

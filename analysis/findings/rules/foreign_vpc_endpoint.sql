-- One row per call of a machine's credentials through a VPC endpoint that is somebody else's. Services
-- that call on the caller's behalf do so through their own and are not in it.
select
    calls.role_session_id || ' through ' || calls.vpc_endpoint_id as subject,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    holders.user_id as candidate_user_id,
    calls.vpc_endpoint_id,
    calls.source_ip_address,
    calls.event_name,
    role_sessions.workload_name
from calls
inner join endpoint_ownership
    on endpoint_ownership.vpc_endpoint_id = calls.vpc_endpoint_id
    and endpoint_ownership.ownership = 'foreign'
inner join role_sessions
    on role_sessions.role_session_id = calls.role_session_id
left join holders
    on holders.role_session_id = calls.role_session_id
where calls.invoked_by is null
    and role_sessions.workload_kind in (
        'appstream_fleet', 'appstream_image_builder', 'appstream_app_block_builder',
        'ec2_instance', 'ecs_task', 'eks_pod'
    )

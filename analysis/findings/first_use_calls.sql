-- One row per call with which a fleet or a role first used something, in the hour of that first use. What
-- is used is told by `kind`: api, service or region. A fleet's calls count for the fleet as far as it is
-- known, all others for their role. Roles with which people sign in and roles of AWS's own services have
-- no habits that a first use would break, and are left out.
with activity as (
    select
        case
            when workload_kind = 'appstream_fleet' then coalesce(fleet_name, issuing_role_arn)
            else issuing_role_arn
        end as fleet_or_role,
        role_session_id,
        fleet_name,
        event_source,
        event_name,
        aws_region,
        source_ip_address,
        hour_at,
        first_event_at,
        last_event_at
    from session_activity
    where credential_use is distinct from 'outside'
        and workload_kind not in (
            'appstream_instance_identity', 'appstream_service', 'auto_scaling', 'aws_backup',
            'aws_config', 'aws_service', 'rds',
            'cognito_identity', 'iam_user', 'identity_center_user', 'root_user', 'saml_user',
            'web_identity'
        )
),

uses as (
    select *, 'api' as kind, event_source || ':' || event_name as used, event_source as of_service
    from activity
    where fleet_or_role is not null
    union all
    select *, 'service' as kind, event_source as used, event_source as of_service
    from activity
    where fleet_or_role is not null
    union all
    select *, 'region' as kind, aws_region as used, null as of_service
    from activity
    where fleet_or_role is not null
),

known as (
    select
        fleet_or_role,
        min(first_event_at) as known_since
    from activity
    group by fleet_or_role
),

active_hours as (
    select distinct
        fleet_or_role,
        hour_at
    from activity
),

firsts as (
    select
        kind,
        fleet_or_role,
        used,
        of_service,
        min(first_event_at) as first_used_at
    from uses
    group by kind, fleet_or_role, used, of_service
),

placed as (
    select
        *,
        date_trunc('hour', first_used_at) as first_hour_at,
        min(first_used_at) over (partition by kind, fleet_or_role, of_service)
            as service_first_used_at
    from firsts
),

habits as (
    select
        placed.kind,
        placed.fleet_or_role,
        placed.used,
        placed.first_used_at,
        placed.first_hour_at,
        placed.service_first_used_at,
        known.known_since,
        count(distinct cast(active_hours.hour_at as date)) as active_days_before
    from placed
    inner join known
        on known.fleet_or_role = placed.fleet_or_role
    inner join active_hours
        on active_hours.fleet_or_role = placed.fleet_or_role
        and active_hours.hour_at < placed.first_hour_at
    group by
        placed.kind, placed.fleet_or_role, placed.used, placed.first_used_at,
        placed.first_hour_at, placed.service_first_used_at, known.known_since
)

select
    habits.kind,
    habits.fleet_or_role,
    habits.used,
    habits.first_used_at,
    habits.service_first_used_at,
    habits.known_since,
    habits.active_days_before,
    uses.fleet_name,
    calls.recipient_account_id as account_id,
    calls.aws_region as region,
    calls.event_id,
    calls.event_time,
    calls.role_session_id,
    calls.event_name,
    calls.source_ip_address
from habits
inner join uses
    on uses.kind = habits.kind
    and uses.fleet_or_role = habits.fleet_or_role
    and uses.used = habits.used
    and uses.hour_at = habits.first_hour_at
inner join calls
    on calls.role_session_id = uses.role_session_id
    and calls.event_source = uses.event_source
    and calls.event_name = uses.event_name
    and calls.aws_region = uses.aws_region
    and calls.source_ip_address = uses.source_ip_address
    and calls.event_time >= uses.first_event_at
    and calls.event_time <= uses.last_event_at

-- One row per account, region, fleet and person that a view can be narrowed to, whatever the time.
with seen as (
    select distinct
        recipient_account_id as account_id,
        aws_region as region,
        fleet_name,
        user_id
    from session_activity
    union
    select distinct
        account_id,
        region,
        fleet_name,
        user_id
    from streaming_sessions
),

choices as (
    select 'account' as field, account_id as choice from seen
    union
    select 'region' as field, region as choice from seen
    union
    select 'fleet' as field, fleet_name as choice from seen
    union
    select 'person' as field, user_id as choice from seen
    union
    select 'person' as field, person as choice from person_activity
)

select
    field,
    choice
from choices
where choice is not null
order by field, choice

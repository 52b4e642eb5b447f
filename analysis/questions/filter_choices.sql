-- One row per account, region, fleet and person that a view can be narrowed to, whatever the time.
-- The roll-up has fleets and people of AppStream from claims and role sessions, which are far fewer rows.
with places as (
    select distinct
        recipient_account_id as account_id,
        aws_region as region
    from session_activity
    union
    select
        account_id,
        region
    from streaming_sessions
),

claimed as (
    select
        fleet_name,
        user_id
    from attributions
    union
    select
        fleet_name,
        user_id
    from streaming_sessions
    union
    select
        fleet_name,
        null as user_id
    from role_sessions
),

choices as (
    select 'account' as field, account_id as choice from places
    union
    select 'region' as field, region as choice from places
    union
    select 'fleet' as field, fleet_name as choice from claimed
    union
    select 'person' as field, user_id as choice from claimed
    union
    -- Those who signed in to AWS are named by their calls alone.
    select 'person' as field, person as choice from person_activity where user_id is null
)

select
    field,
    choice
from choices
where choice is not null
order by field, choice

-- One row: how many people are named for a call in the range, by whatever way they came. It counts the rows
-- of people.
select count(distinct person) as person_count
from person_activity
where hour_at >= date_trunc('hour', cast($since as timestamptz))
    and hour_at < $until
    and ($account_id is null or recipient_account_id = $account_id)
    and ($region is null or aws_region = $region)
    and ($fleet_name is null or fleet_name = $fleet_name)
    and ($person is null or person = $person)

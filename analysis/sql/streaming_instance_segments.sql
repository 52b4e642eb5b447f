-- One row per stretch of an instance's time during which the same people were on it. `is_grace` marks
-- the short time around a streaming session when its scripts and uploads still run. On a shared instance
-- that can fall into somebody else's time (`has_grace_beside`): whoever is live then counts, less surely.
with stays as (
    select
        streaming_instance_id,
        eni_private_ip_address,
        streaming_session_id,
        user_id,
        stack_name,
        case
            when is_start_known then started_at
            else started_at + to_seconds($grace_before_seconds)
        end as started_at,
        ends_at,
        last_snapshot_at is not null as is_in_a_snapshot,
        started_at - to_seconds($grace_before_seconds) as grace_from,
        ends_at + to_seconds($grace_after_seconds) as grace_to,
        case
            when is_reported or ended_at is not null then ends_at
            else greatest(
                started_at,
                coalesce(last_snapshot_at, started_at),
                coalesce(
                    last_script_log_at - to_seconds($grace_after_seconds), started_at
                )
            )
        end as sure_until
    from streaming_instances
),

cuts as (
    select streaming_instance_id, eni_private_ip_address, started_at as cut_at from stays
    union
    select streaming_instance_id, eni_private_ip_address, ends_at from stays
    union
    select streaming_instance_id, eni_private_ip_address, grace_from from stays
    union
    select streaming_instance_id, eni_private_ip_address, grace_to from stays
    union
    select streaming_instance_id, eni_private_ip_address, sure_until from stays
),

stretches as (
    select
        streaming_instance_id,
        eni_private_ip_address,
        cut_at as valid_from,
        lead(cut_at) over (
            partition by streaming_instance_id, eni_private_ip_address
            order by cut_at
        ) as valid_to
    from cuts
),

present as (
    select
        stretches.streaming_instance_id,
        stretches.eni_private_ip_address,
        stretches.valid_from,
        stretches.valid_to,
        stays.streaming_session_id,
        stays.user_id,
        stays.stack_name,
        stays.sure_until,
        stays.is_in_a_snapshot,
        stays.sure_until >= stretches.valid_to as is_end_known,
        stays.started_at <= stretches.valid_from and stays.ends_at >= stretches.valid_to as is_live
    from stretches
    inner join stays
        on stays.streaming_instance_id = stretches.streaming_instance_id
        and stays.eni_private_ip_address = stretches.eni_private_ip_address
        and stays.grace_from <= stretches.valid_from
        and stays.grace_to >= stretches.valid_to
    where stretches.valid_to > stretches.valid_from
),

counted as (
    select
        *,
        bool_or(is_live) over (
            partition by streaming_instance_id, eni_private_ip_address, valid_from
        ) as is_anybody_live
    from present
)

select
    streaming_instance_id,
    eni_private_ip_address,
    valid_from,
    valid_to,
    not bool_or(is_live) as is_grace,
    bool_or(is_live) and not bool_and(is_live) as has_grace_beside,
    bool_and(is_end_known or not is_live) as is_end_known,
    min(sure_until) filter (where is_live) as sure_until,
    bool_and(is_in_a_snapshot or not is_live) as is_in_a_snapshot,
    list_sort(array_agg(distinct streaming_session_id) filter (where is_live = is_anybody_live))
        as streaming_session_ids,
    count(distinct streaming_session_id) filter (where is_live = is_anybody_live)
        as streaming_session_count,
    list_sort(
        coalesce(
            array_agg(distinct user_id)
            filter (where user_id is not null and is_live = is_anybody_live),
            []
        )
    ) as user_ids,
    case when count(distinct stack_name) = 1 then min(stack_name) end as stack_name
from counted
group by streaming_instance_id, eni_private_ip_address, valid_from, valid_to

-- One row per role session that an AppStream instance can have used, with all the resources that it can
-- have been: the streaming instance it was seen on, else every carrier of the role in that network.
with seen as (
    select
        role_session_id,
        list_sort(array_agg(distinct fleet_name)) as fleet_names,
        bool_and(is_network_confirmed and is_role_confirmed and is_time_consistent)
            as is_confirmed
    from role_session_instances
    group by role_session_id
),

carried as (
    select
        role_session_id,
        coalesce(
            list_sort(array_agg(distinct resource_name) filter (where resource_type = 'fleet')), []
        ) as fleet_names,
        coalesce(
            list_sort(
                array_agg(distinct resource_name) filter (where resource_type = 'image_builder')
            ),
            []
        ) as image_builder_names,
        coalesce(
            list_sort(
                array_agg(distinct resource_name)
                filter (where resource_type = 'app_block_builder')
            ),
            []
        ) as app_block_builder_names,
        bool_and(is_network_confirmed) as is_confirmed,
        list_sort(array_agg(distinct resource_history_id)) as resource_history_ids
    from appstream_carriers
    group by role_session_id
)

select
    coalesce(seen.role_session_id, carried.role_session_id) as role_session_id,
    coalesce(seen.fleet_names, carried.fleet_names) as fleet_names,
    case when seen.role_session_id is null then carried.image_builder_names else [] end
        as image_builder_names,
    case when seen.role_session_id is null then carried.app_block_builder_names else [] end
        as app_block_builder_names,
    coalesce(seen.is_confirmed, carried.is_confirmed) as is_confirmed,
    seen.role_session_id is not null as is_seen_on_instance,
    carried.resource_history_ids
from seen
full join carried
    on carried.role_session_id = seen.role_session_id

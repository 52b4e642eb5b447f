-- One row per role session and the first workload rule that fits it, in the order of the rule table.
-- A role session that no rule fits has the kind unknown.
select
    facts.*,
    coalesce(decided.workload_kind, 'unknown') as workload_kind,
    decided.workload_rule,
    case decided.workload_kind
        when 'appstream_fleet' then
            case when facts.carrier_count = 1 then facts.fleet_names[1] end
        when 'appstream_image_builder' then
            case when facts.carrier_count = 1 then facts.image_builder_names[1] end
        when 'appstream_app_block_builder' then
            case when facts.carrier_count = 1 then facts.app_block_builder_names[1] end
        else decided.workload_name
    end as workload_name
from role_session_facts as facts
left join workload_decisions as decided
    on decided.role_session_id = facts.role_session_id

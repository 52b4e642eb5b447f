-- One row per role session and person who had it, or may have had it, on a streaming instance.
select distinct
    attributions.role_session_id,
    unnest(attributions.candidate_user_ids) as user_id
from attributions
where attributions.event_id is null
    and attributions.user_agent_app_id is null

-- All calls, each with the id of the role session that signed it and its result. Network-activity
-- events repeat calls and are left out, insights are no calls.
select *
from role_session_events
where event_category is distinct from 'NetworkActivity'
    and event_category is distinct from 'Insight'

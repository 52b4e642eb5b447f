-- All calls, each with the id of the role session that signed it and its result. Network-activity
-- events repeat calls and are left out, insights are no calls. A caller can put half a character into a
-- value, on which reading the JSON would fail: such text has its escapes replaced.
select
    * replace (
        case
            when json_valid(request_parameters) then request_parameters
            when json_valid(regexp_replace(request_parameters, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g'))
                then regexp_replace(request_parameters, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g')
        end as request_parameters,
        case
            when json_valid(response_elements) then response_elements
            when json_valid(regexp_replace(response_elements, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g'))
                then regexp_replace(response_elements, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g')
        end as response_elements,
        case
            when json_valid(additional_event_data) then additional_event_data
            when json_valid(regexp_replace(additional_event_data, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g'))
                then regexp_replace(additional_event_data, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g')
        end as additional_event_data,
        case
            when json_valid(service_event_details) then service_event_details
            when json_valid(regexp_replace(service_event_details, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g'))
                then regexp_replace(service_event_details, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g')
        end as service_event_details,
        case
            when json_valid(event_context) then event_context
            when json_valid(regexp_replace(event_context, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g'))
                then regexp_replace(event_context, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g')
        end as event_context,
        case
            when json_valid(insight_details) then insight_details
            when json_valid(regexp_replace(insight_details, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g'))
                then regexp_replace(insight_details, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g')
        end as insight_details,
        case
            when json_valid(extra) then extra
            when json_valid(regexp_replace(extra, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g'))
                then regexp_replace(extra, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g')
        end as extra
    )
from role_session_events
where event_category is distinct from 'NetworkActivity'
    and event_category is distinct from 'Insight'

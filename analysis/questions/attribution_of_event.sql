-- Who was behind the event of this id, how sure that is, and the claim that says so with its evidence; one
-- row per account that logged it. The claim is null where nobody can be named.
select
    events.event_id,
    events.event_time,
    events.event_source,
    events.event_name,
    events.recipient_account_id,
    events.user_id,
    events.candidate_user_ids,
    events.session_confidence as confidence,
    events.attribution_method as method,
    events.streaming_session_id,
    events.fleet_name,
    events.stack_name,
    events.workload_kind,
    events.workload_name,
    events.role_session_id,
    events.origin_principal_arn,
    claims.attribution_id,
    claims.valid_from,
    claims.valid_to,
    claims.evidence
from attributed_events as events
left join attributions as claims
    on claims.attribution_id = events.attribution_id
where events.event_id = $event_id
order by events.recipient_account_id

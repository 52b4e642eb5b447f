-- One row per state of a fleet or builder that a claim rests on: which role it carried from when on.
select resource_history_id, resource_type, resource_id, change, valid_from, iam_role_arn, vpc_id,
    subnet_ids, private_ip_address, evidence_source, event_id
from resource_history
where list_contains($resource_history_ids, resource_history_id)
order by valid_from, resource_history_id

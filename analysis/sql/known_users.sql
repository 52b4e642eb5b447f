-- One row per person whose user id was seen, with its hash as S3 keys carry it.
select
    user_id_sha256,
    account_id,
    min(user_id) as user_id,
    min(evidence_id) as evidence_id
from streaming_session_evidence
where user_id is not null
    and user_id_sha256 is not null
group by user_id_sha256, account_id

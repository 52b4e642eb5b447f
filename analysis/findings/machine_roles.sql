-- One row per role and AppStream resource that carries it or has carried it.
select
    iam_role_arn as issuing_role_arn,
    split_part(iam_role_arn, ':', 5) as role_account_id,
    regexp_extract(iam_role_arn, '[^/]+$') as role_name,
    resource_type,
    account_id,
    region,
    resource_name,
    min(valid_from) as valid_from,
    max(valid_to) as valid_to
from appstream_resources
where iam_role_arn is not null
group by iam_role_arn, resource_type, account_id, region, resource_name

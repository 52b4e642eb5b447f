-- One row per subnet, with its IPv4 range as numbers, so that an address can be looked up.
with blocks as (
    select
        resource_id as subnet_id,
        min(account_id) as account_id,
        min(region) as region,
        min(vpc_id) as vpc_id,
        min(cidr_block) as cidr_block
    from resource_history
    where resource_type = 'subnet'
        and regexp_matches(cidr_block, '^\d+\.\d+\.\d+\.\d+/\d+$')
    group by resource_id
),

numbers as (
    select
        *,
        cast(split_part(cidr_block, '.', 1) as bigint) * 16777216
        + cast(split_part(cidr_block, '.', 2) as bigint) * 65536
        + cast(split_part(cidr_block, '.', 3) as bigint) * 256
        + cast(split_part(split_part(cidr_block, '.', 4), '/', 1) as bigint) as first_address,
        cast(power(2, 32 - cast(split_part(cidr_block, '/', 2) as bigint)) as bigint) as addresses
    from blocks
)

select
    subnet_id,
    account_id,
    region,
    vpc_id,
    cidr_block,
    first_address,
    first_address + addresses - 1 as last_address
from numbers

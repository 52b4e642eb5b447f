-- The finding of this id.
select *
from findings
where finding_id = $finding_id

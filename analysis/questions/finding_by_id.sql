-- The finding of this id: what a rule saw, when, whom it concerns, and what to do about it.
select *
from findings
where finding_id = $finding_id

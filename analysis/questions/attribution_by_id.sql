-- One claim.
select *
from attributions
where attribution_id = $attribution_id

-- The claim of this id: whom it names for which credentials and time, how sure, and on what evidence.
select *
from attributions
where attribution_id = $attribution_id

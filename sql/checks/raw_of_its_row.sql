-- check: raw_of_its_row
-- severity: error
-- title: The payload of each row is the row's own
-- why: Columns that say one thing and a payload that says another can't both be right.
-- streams: {stream}
-- columns: {stream}.raw, {stream}.id
-- all in one: loaded streams

select '{stream}-' || id as key, format('raw is of %s', raw ->> 'id') as explanation
from :data.{stream}
where raw ->> 'id' <> id::text

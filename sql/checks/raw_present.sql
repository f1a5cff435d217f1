-- check: raw_present
-- severity: error
-- title: Every row has the payload that Keap sent
-- why: What has no column of its own is only in raw; and what is in raw can be read again, whatever becomes of the
--   columns.
-- streams: {stream}
-- columns: {stream}.raw
-- all in one: loaded streams

select '{stream}' as key, format('%s rows have no payload in raw', count(*)) as explanation
from :data.{stream}
where raw is null or jsonb_typeof(raw) <> 'object' or raw = '{}'
having count(*) > 0

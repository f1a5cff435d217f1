-- check: columns_filled
-- severity: warning
-- title: No column is empty although Keap sends what belongs there
-- why: A column that is null in every row, while the member of its name in raw is not, has lost what was sent: a type
--   that doesn't fit, a name that has changed.
-- streams: {stream}
-- columns: {stream}.raw
-- all in one: loaded columns

select '{stream}.{column}' as key, format('null in every row; raw has for example %s', left(example, 80)) as explanation
from (
  select (
    select raw ->> '{column}'
    from :data.{stream}
    where coalesce(raw -> '{column}', 'null') not in ('null', '""', '[]', '{}')
    limit 1
  ) as example
  where not exists (select from :data.{stream} where {column} is not null)
) as empty
where example is not null

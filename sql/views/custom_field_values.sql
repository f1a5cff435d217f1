-- custom_field_values: a custom field's content per row, for every kind of record. Fields without content have no row.
-- Answers: who has filled in a field, which contents a field has, which fields nobody uses.
-- Streams: custom_fields; and of contacts, companies, opportunities, orders, tasks, notes, subscriptions, affiliates
-- those that are loaded: their rows, one under the other, stand where the statement says "records".
create or replace view :views.custom_field_values as
select
  record.stream,
  record.record_type,
  record.id as record_id,
  case when content.key ~ '^[0-9]{1,18}$' then content.key::bigint end as field_id,
  field.label as field_label,
  field.field_type,
  content.value #>> '{}' as value_text,
  content.value as value_json
from (
  :records
) as record
cross join lateral jsonb_each(
  case when jsonb_typeof(record.custom_fields) = 'object' then record.custom_fields end
) as content
-- A definition that is gone still says what its contents were.
left join :data.custom_fields as field on field.record_type = record.record_type and field.id::text = content.key
where jsonb_typeof(content.value) <> 'null';

-- check: deal_custom_fields_defined
-- severity: warning
-- title: Every custom field of a deal that has content is defined
-- why: As custom_fields_defined; deals name their fields.
-- streams: deals, deal_custom_fields
-- columns: deal_custom_fields.name, deals.custom_fields

select
  content.key,
  format('%s deals have content in the field %s, which is not defined', count(*), content.key) as explanation
from :data.deals as deal
cross join lateral jsonb_each(
  case when jsonb_typeof(deal.custom_fields) = 'object' then deal.custom_fields end
) as content
where deal._sdc_deleted_at is null
  and jsonb_typeof(content.value) <> 'null'
  and content.key not in (
    select field.name
    from :data.deal_custom_fields as field
    where field._sdc_deleted_at is null
      and field.name is not null
  )
group by content.key

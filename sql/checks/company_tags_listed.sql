-- check: company_tags_listed
-- severity: warning
-- title: Every tag that a company carries is among the tag assignments
-- why: companies.groups and company_tags say the same in two ways, read at two times: one from the company, one from
--   the tag.
-- streams: companies, company_tags
-- columns: companies.groups, companies.update_time

select
  concat_ws('-', company.id, item) as key,
  format('company %s carries tag %s, company_tags does not say so', company.id, item) as explanation
from :data.companies as company
cross join lateral regexp_split_to_table(company.groups, '\s*,\s*') as carried (item)
left join :data.company_tags as assignment
  on assignment.company_id = company.id and assignment.tag_id::text = item
where company._sdc_deleted_at is null
  and item <> ''
  and (
    assignment.company_id is null
    -- Taken off after the company was read, which doesn't move the company's update time.
    or assignment._sdc_deleted_at < company._sdc_extracted_at
  )
  and (
    company.update_time is null
    or company.update_time < coalesce(:read_until.company_tags, 'infinity')
  )

-- check: company_tags_carried
-- severity: warning
-- title: Every tag assignment is among the tags that its company carries
-- why: companies.groups and company_tags say the same in two ways, read at two times: one from the company, one from
--   the tag.
-- streams: companies, company_tags
-- columns: companies.groups, companies.update_time, company_tags.applied_time

select
  concat_ws('-', assignment.company_id, assignment.tag_id) as key,
  format(
    'company_tags has tag %s since %s, company %s does not carry it',
    assignment.tag_id, assignment.applied_time::date, company.id
  ) as explanation
from :data.company_tags as assignment
join :data.companies as company on company.id = assignment.company_id and company._sdc_deleted_at is null
where assignment._sdc_deleted_at is null
  and company.groups is not null
  and assignment.tag_id::text <> all (regexp_split_to_array(company.groups, '\s*,\s*'))
  -- Tagging a company doesn't move its update time: the company may be older.
  and (assignment.applied_time is null or assignment.applied_time < company._sdc_extracted_at)
  -- That a tag was taken off is known when all assignments have been read again.
  and (company.update_time is null or company.update_time < coalesce(:scanned_at.company_tags, 'infinity'))

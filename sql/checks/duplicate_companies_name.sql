-- check: duplicate_companies_name
-- severity: info
-- title: No two companies have one name
-- why: Two records of one company split its contacts between them.
-- streams: companies
-- columns: companies.company_name

select
  lower(trim(company_name)) as key,
  format('%s companies: %s', count(*), left(string_agg(id::text, ', ' order by id), 80)) as explanation
from :data.companies
where _sdc_deleted_at is null
  and trim(company_name) <> ''
group by lower(trim(company_name))
having count(*) > 1

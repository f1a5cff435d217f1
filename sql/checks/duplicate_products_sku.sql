-- check: duplicate_products_sku
-- severity: info
-- title: No two products have one SKU
-- why: Shops and warehouses tell products apart by it.
-- streams: products
-- columns: products.sku

select
  lower(trim(sku)) as key,
  format('%s products: %s', count(*), left(string_agg(id::text, ', ' order by id), 80)) as explanation
from :data.products
where _sdc_deleted_at is null
  and trim(sku) <> ''
group by lower(trim(sku))
having count(*) > 1

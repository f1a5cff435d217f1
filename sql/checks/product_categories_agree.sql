-- check: product_categories_agree
-- severity: warning
-- title: Products and categories agree about who belongs to whom
-- why: products.category_ids and product_category_assignments say the same from two sides.
-- streams: products, product_category_assignments
-- columns: product_category_assignments.product_ids, products.category_ids, products.update_time

with by_product as (
  select product.id as product_id, item::bigint as category_id
  from :data.products as product
  cross join lateral jsonb_array_elements_text(
    case when jsonb_typeof(product.category_ids) = 'array' then product.category_ids end
  ) as list (item)
  where product._sdc_deleted_at is null
),
by_category as (
  select item::bigint as product_id, category.product_category_id as category_id
  from :data.product_category_assignments as category
  cross join lateral jsonb_array_elements_text(
    case when jsonb_typeof(category.product_ids) = 'array' then category.product_ids end
  ) as list (item)
  where category._sdc_deleted_at is null
)
select
  concat_ws('-', product_id, category_id) as key,
  case
    when by_category.product_id is null
      then format('product %s names category %s, which does not list it', product_id, category_id)
    else format('category %s lists product %s, which does not name it', category_id, product_id)
  end as explanation
from by_product
full join by_category using (product_id, category_id)
join :data.products as product on product.id = product_id and product._sdc_deleted_at is null
where (by_product.product_id is null or by_category.product_id is null)
  -- What changed since the assignments were read is settled by the next run.
  and (
    product.update_time is null
    or product.update_time < coalesce(:read_until.product_category_assignments, 'infinity')
  )

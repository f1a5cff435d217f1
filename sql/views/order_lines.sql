-- order_lines: an item of an order per row, with its order, contact and product.
-- Answers: what was sold, when, to whom, for how much.
-- Streams: order_items, orders, contacts, products
create or replace view :views.order_lines as
select
  item.order_id,
  item.id as order_item_id,
  sale.order_time,
  sale.status as order_status,
  sale.title as order_title,
  sale.contact_id,
  nullif(concat_ws(' ', nullif(contact.given_name, ''), nullif(contact.family_name, '')), '') as contact_name,
  item.item_type,
  item.name as item_name,
  item.product_id,
  -- As the order names it, for it keeps the names of products that are gone.
  coalesce(nullif(item.product_name, ''), product.name) as product_name,
  coalesce(nullif(item.product_sku, ''), product.sku) as product_sku,
  item.quantity,
  item.price_per_unit,
  item.discount,
  -- Keap's discount is of the line, not of each unit.
  item.quantity * item.price_per_unit - coalesce(item.discount, 0) as line_total,
  coalesce(item.currency_code, sale.currency_code) as currency_code
from :data.order_items as item
left join :data.orders as sale on sale.id = item.order_id
left join :data.contacts as contact on contact.id = sale.contact_id and contact._sdc_deleted_at is null
left join :data.products as product on product.id = item.product_id and product._sdc_deleted_at is null
where item._sdc_deleted_at is null
  -- An item without its order is shown; an item of a deleted order isn't.
  and sale._sdc_deleted_at is null;

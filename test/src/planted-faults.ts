/** The cells of a family's row. */
export type Cells = Readonly<Record<string, string>>

/**
 * By the name of a check's file: a statement that breaks a clean copy in `keap` and `keap_meta`, and returns as `key` what the
 * check has to find then, no more and no less. Of a family, a function that makes one for each row.
 */
export const plantedFaults: Readonly<Record<string, string | ((row: Cells) => string)>> = {
  orphans: (row) => orphan(row, '987654321'),
  orphans_in_lists: (row) => orphan(row, '[987654321]'),

  last_run: `
    insert into keap_meta.runs (run_id, status, started_at, target_schema, state_id, versions, error)
    values (gen_random_uuid(), 'failed', now(), 'keap', 'keap', '{}', 'planted')
    returning run_id as key`,
  streams_loaded: `
    update keap_meta.bookmarks set state = (state::jsonb #- '{bookmarks,contacts}')::json
    returning 'contacts' as key`,
  streams_given: `
    with gone as (delete from keap.deals)
    update keap_meta.bookmarks set state = (state::jsonb #- '{bookmarks,deals}')::json
    returning 'deals' as key`,
  streams_fresh: `
    update keap_meta.bookmarks
    set state = jsonb_set(state::jsonb, '{bookmarks,tasks,read,at}', '"2020-01-01T00:00:00.000Z"')::json
    returning 'tasks' as key`,
  copy_fresh: `
    update keap_meta.bookmarks set state = json_build_object('bookmarks', (
      select json_object_agg(stream, jsonb_set(bookmark, '{read,at}', '"2020-01-01T00:00:00.000Z"'))
      from jsonb_each(state::jsonb -> 'bookmarks') as one (stream, bookmark)
    ))
    returning 'newest' as key`,
  rows_as_loaded: `delete from keap.notes where id = (select min(id) from keap.notes) returning 'notes' as key`,
  raw_present: `update keap.tags set raw = '{}' where id = (select min(id) from keap.tags) returning 'tags' as key`,
  raw_of_its_row: `
    update keap.tasks set raw = (select raw from keap.tasks order by id desc limit 1)
    where id = (select min(id) from keap.tasks)
    returning 'tasks-' || id as key`,
  columns_filled: `
    with emptied as (update keap.contacts set job_title = null returning id)
    select distinct 'contacts.job_title' as key from emptied`,
  columns_filled_from: ({ stream, column, place = '' }) => `
    with emptied as (
      update keap.${stream} set ${column} = null, raw = '${nested(place)}'
      returning '${stream}.${column}' as key
    )
    select distinct key from emptied`,
  custom_fields_defined: ({ stream }) => `
    update keap.${stream} set custom_fields = '{"987654321": "x", "987654322": null}'
    where id = (select min(id) from keap.${stream})
    returning '${stream}-987654321' as key`,
  deal_custom_fields_defined: `delete from keap.deal_custom_fields where name = 'tags' returning name as key`,
  files_downloaded: `delete from keap.file_data where id = (select min(id) from keap.file_data) returning id as key`,
  files_given: `
    update keap.file_data set path = case when id = 1 then path end, size = 7 where id in (1, 2)
    returning id as key`,

  contacts_company_name: `
    update keap.contacts set company_name = 'Other'
    where id = (select min(id) from keap.contacts where company_id is not null)
    returning id as key`,
  opportunities_stage_name: `
    update keap.opportunities set stage_name = null where id = (select min(id) from keap.opportunities)
    returning id as key`,
  opportunities_last_move: `
    update keap.opportunities set stage_id = stage_id % 6 + 1 where id = (select min(id) from keap.opportunities)
    returning id as key`,
  opportunities_counted: `
    delete from keap.opportunities where id = (select min(id) from keap.opportunities)
    returning stage_id as key`,
  stage_moves_in_order: `
    update keap.opportunity_stage_moves set move_from_stage_id = 5
    where id = (select min(id) from keap.opportunity_stage_moves where move_from_stage_id = 1)
    returning id as key`,
  deals_closed_time: `
    update keap.deals set closed_time = case when closed_time is null then now() end
    where id in (
      (select min(id) from keap.deals where status = 'ACTIVE'),
      (select min(id) from keap.deals where status = 'WON')
    )
    returning id as key`,
  deals_outcome: `
    update keap.deals set status = 'ABANDONED' where id = (select min(id) from keap.deals)
    returning id as key`,
  contact_tags_listed: `
    with gone as (
      delete from keap.contact_tags where (contact_id, tag_id) = (select contact_id, tag_id from keap.contact_tags limit 1)
      returning contact_id, tag_id
    ), marked as (
      update keap.contact_tags set _sdc_deleted_at = _sdc_extracted_at - interval '1 day'
      where (contact_id, tag_id) = (select contact_id, tag_id from keap.contact_tags offset 1 limit 1)
      returning contact_id, tag_id
    )
    select concat_ws('-', contact_id, tag_id) as key from gone
    union all
    select concat_ws('-', contact_id, tag_id) from marked`,
  contact_tags_carried: `
    update keap.contacts set tag_ids = tag_ids - 0
    where id = (select min(id) from keap.contacts where jsonb_array_length(tag_ids) > 0)
    returning concat_ws('-', id, (select old.tag_ids ->> 0 from keap.contacts as old where old.id = contacts.id)) as key`,
  company_tags_listed: `
    delete from keap.company_tags
    where (company_id, tag_id) = (select company_id, tag_id from keap.company_tags limit 1)
    returning concat_ws('-', company_id, tag_id) as key`,
  company_tags_carried: `
    with stripped as (
      update keap.companies set groups = '' where id = (select min(company_id) from keap.company_tags)
      returning id
    )
    select concat_ws('-', company_id, tag_id) as key from keap.company_tags join stripped on id = company_id`,
  product_categories_agree: `
    with stripped as (
      update keap.products set category_ids = '[]' where id = (select min(id) from keap.products)
      returning id
    )
    select concat_ws('-', id, product_category_id) as key
    from keap.product_category_assignments join stripped on product_ids @> to_jsonb(id)`,
  email_addresses_known: `
    with gone as (
      delete from keap.email_addresses where email = (select min(email) from keap.email_addresses)
      returning email
    )
    select id as key
    from keap.contacts
    join gone on email_addresses @> jsonb_build_array(jsonb_build_object('email', email))`,

  orders_total: `
    with taxed as (
      update keap.order_items set price_per_unit = price_per_unit + 0.01
      where item_type = 'TAX' and order_id = (select min(order_id) from keap.order_items where item_type = 'TAX')
      returning order_id
    ), discounted as (
      update keap.order_items set discount = -discount, price_per_unit = 0.01
      where item_type = 'DISCOUNT_ORDER_TOTAL'
    ), undiscounted as (
      update keap.order_items set discount = 0.01
      where item_type = 'PRODUCT' and order_id = (
        select min(order_id) from keap.order_items
        where order_id not in (select order_id from keap.order_items where item_type in ('TAX', 'DISCOUNT_ORDER_TOTAL'))
          and order_id in (select order_id from keap.order_items group by order_id having count(*) = 1)
      )
      returning order_id
    )
    select order_id as key from taxed
    union all
    select order_id from undiscounted`,
  orders_one_currency: `
    update keap.order_items set raw = jsonb_set(raw, '{price_per_unit,currency_code}', '"JPY"')
    where (order_id, id) = (select order_id, id from keap.order_items order by 1, 2 limit 1)
    returning order_id as key`,
  orders_paid: `
    update keap.payments set amount = amount - 0.01
    where id = (select min(id) from keap.payments where refund_payment_id is null and amount > 1)
    returning order_ids ->> 0 as key`,
  order_payments_paid: `
    update keap.order_payments set pay_status = 'FAILED'
    where id = (select min(id) from keap.order_payments where pay_status = 'APPROVED')
    returning order_id as key`,
  orders_refunded: `
    update keap.orders set refund_total = refund_total + 0.01 where id = (select min(id) from keap.orders)
    returning id as key`,
  orders_status_paid: `
    update keap.orders set status = 'PAID' where id = (select min(id) from keap.orders where total_paid < total)
    returning id as key`,
  payments_transactions: `
    update keap.transactions set amount = amount + 0.01
    where hash = (select min(hash) from keap.transactions where is_successful and amount > 0)
    returning payment_id as key`,
  subscriptions_plan: `
    update keap.subscriptions set product_id = 2 where id = (select min(id) from keap.subscriptions)
    returning id as key`,
  subscriptions_ended: `
    update keap.subscriptions set active = true, end_date = start_date
    where id = (select min(id) from keap.subscriptions where start_date < now() - interval '5 days')
    returning id as key`,

  duplicate_contacts_email: `
    update keap.contacts set email_addresses = (
      select jsonb_build_array(jsonb_build_object('email', ' ' || upper(email_addresses -> 0 ->> 'email')))
      from keap.contacts where id = 1
    )
    where id = 2
    returning lower(trim(email_addresses -> 0 ->> 'email')) as key`,
  duplicate_contacts_phone: `
    update keap.contacts set phone_numbers = '[{"number": "+49 89 / 12345"}]' where id in (1, 2)
    returning '498912345' as key`,
  duplicate_contacts_address: `
    update keap.contacts set given_name = 'Ada', family_name = case id when 1 then 'King' else 'KING ' end,
      addresses = '[{"line1": "1 Same Street", "postal_code": "1"}]'
    where id in (1, 2)
    returning 'ada king, 1 same street 1' as key`,
  duplicate_companies_name: `
    update keap.companies set company_name = case id when 1 then 'One' else ' ONE' end where id in (1, 2)
    returning 'one' as key`,
  duplicate_products_sku: `
    update keap.products set sku = 'Twice' where id in (1, 2)
    returning 'twice' as key`,
  duplicate_payments: `
    insert into keap.payments (id, amount, contact_id, order_ids, payment_time)
    select 987654321, amount, contact_id, order_ids, payment_time + interval '4 minutes'
    from keap.payments where id = 1
    returning id as key`,

  times_in_order: ({ stream, created, updated }) => `
    update keap.${stream} set ${updated} = ${created} - interval '1 second'
    where id = (select min(id) from keap.${stream} where ${created} is not null)
    returning '${stream}-' || id as key`,
  times_possible: ({ stream, key, column }) => `
    update keap.${stream} set ${column} = '0024-05-01T00:00:00Z'
    where ctid = (select ctid from keap.${stream} limit 1)
    returning concat_ws('-', '${stream}', ${key}) as key`,
  spans_in_order: ({ stream, begin, end }) => `
    update keap.${stream} set ${end} = ${begin} - interval '1 day'
    where id = (select min(id) from keap.${stream} where ${begin} is not null)
    returning '${stream}-' || id as key`,
  amounts_not_negative: ({ stream, key, column }) => `
    update keap.${stream} set ${column} = -1
    where ctid = (select ctid from keap.${stream} limit 1)
    returning concat_ws('-', '${stream}', ${key}) as key`,
  amounts_with_currency: ({ stream, key, column }) => `
    update keap.${stream} set ${column} = 1, currency_code = 'usd'
    where ctid = (select ctid from keap.${stream} limit 1)
    returning concat_ws('-', '${stream}', ${key}) as key`,
  opportunities_revenue: `
    update keap.opportunities set projected_revenue_low = 2, projected_revenue_high = 1
    where id = (select min(id) from keap.opportunities)
    returning id as key`,
}

/** A row that names what there is nowhere; read before its parent's list was, so that it can't be too new for that. */
function orphan({ child, key, column }: Cells, id: string): string {
  return `
    update keap.${child} set ${column} = '${id}', _sdc_extracted_at = _sdc_extracted_at - interval '1 day'
    where ctid = (select ctid from keap.${child} limit 1)
    returning concat_ws('-', ${key}) as key`
}

/** `company/id` → `{"company":{"id":"7"}}`. */
function nested(place: string): string {
  return place.split('/').reduceRight((inner, name) => `{"${name}":${inner}}`, '"7"')
}

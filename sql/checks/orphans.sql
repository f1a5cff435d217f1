-- check: orphan_{child}_{column}
-- severity: {severity}
-- title: {child}.{column} names a row of {parent}
-- why: A row that names something which isn't there shows an incomplete copy, or something that was deleted in Keap
--   while others still name it. An error where the row is a part of what it names and can't be without it; a warning
--   where it merely names it.
-- streams: {child}, {parent}
-- columns: {child}.{column}, {parent}.{parent_key}
-- threshold: deleted_grace_days = 15: how long what was deleted may still be named; in that time every list has been
--   read completely twice, at the default full_scan_days of 7
-- one check each: child | key | column | parent | parent_key | severity
--   affiliate_clawbacks | hash | affiliate_id | affiliates | id | error
--   affiliate_clawbacks | hash | contact_id | contacts | id | warning
--   affiliate_clawbacks | hash | invoice_id | orders | invoice_id | warning
--   affiliate_clawbacks | hash | sale_affiliate_id | affiliates | id | warning
--   affiliate_commission_totals | affiliate_id | affiliate_id | affiliates | id | error
--   affiliate_commissions | hash | affiliate_id | affiliates | id | error
--   affiliate_commissions | hash | contact_id | contacts | id | warning
--   affiliate_commissions | hash | invoice_id | orders | invoice_id | warning
--   affiliate_commissions | hash | sales_affiliate_id | affiliates | id | warning
--   affiliate_payments | affiliate_id, id | affiliate_id | affiliates | id | error
--   affiliate_program_commissions | id | id | affiliate_programs | id | error
--   affiliate_program_resources | affiliate_program_id, id | affiliate_program_id | affiliate_programs | id | error
--   affiliate_redirects | id | affiliate_id | affiliates | id | warning
--   affiliate_summaries | affiliate_id | affiliate_id | affiliates | id | error
--   affiliates | id | contact_id | contacts | id | warning
--   affiliates | id | parent_affiliate_id | affiliates | id | warning
--   appointments | id | contact_id | contacts | id | warning
--   appointments | id | user_id | users | id | warning
--   campaign_goals | campaign_id, id | campaign_id | campaigns | id | error
--   campaign_sequences | campaign_id, id | campaign_id | campaigns | id | error
--   campaigns | id | created_by_global_id | users | global_user_id | warning
--   companies | id | created_by | users | id | warning
--   companies | id | last_updated_by | users | id | warning
--   companies | id | owner_id | users | id | warning
--   company_tags | company_id, tag_id | company_id | companies | id | error
--   company_tags | company_id, tag_id | tag_id | tags | id | error
--   contact_lead_scores | contact_id | contact_id | contacts | id | error
--   contact_links | contact_id, id | contact_id | contacts | id | error
--   contact_links | contact_id, id | link_type_id | contact_link_types | id | warning
--   contact_links | contact_id, id | linked_contact_id | contacts | id | warning
--   contact_tags | contact_id, tag_id | contact_id | contacts | id | error
--   contact_tags | contact_id, tag_id | tag_id | tags | id | error
--   contacts | id | company_id | companies | id | warning
--   contacts | id | created_by | users | id | warning
--   contacts | id | last_updated_by | users | id | warning
--   contacts | id | leadsource_id | lead_sources | id | warning
--   contacts | id | owner_id | users | id | warning
--   custom_field_groups | record_type, id | tab_id | custom_field_tabs | id | warning
--   custom_fields | record_type, id | group_id | custom_field_groups | id | warning
--   deal_notes | id | created_by | users | id | warning
--   deal_notes | id | deal_id | deals | id | error
--   deals | id | order_id | orders | id | warning
--   deals | id | stage_id | stages | id | error
--   email_contents | id | contact_id | contacts | id | warning
--   email_contents | id | id | emails | id | error
--   email_template_contents | id | id | email_templates | id | error
--   emails | id | contact_id | contacts | id | warning
--   file_data | id | contact_id | contacts | id | warning
--   file_data | id | id | files | id | error
--   files | id | contact_id | contacts | id | warning
--   files | id | created_by_id | users | id | warning
--   free_trial_discounts | id | subscription_plan_id | product_subscription_plans | id | warning
--   lead_source_expenses | id | lead_source_id | lead_sources | id | error
--   lead_source_expenses | id | lead_source_recurring_expense_id | lead_source_recurring_expenses | id | warning
--   lead_source_recurring_expenses | id | lead_source_id | lead_sources | id | error
--   lead_sources | id | lead_source_category_id | lead_source_categories | id | warning
--   note_templates | id | assignment_user_id | users | id | warning
--   notes | id | assigned_to_user_id | users | id | warning
--   notes | id | contact_id | contacts | id | warning
--   notes | id | created_by_user_id | users | id | warning
--   notes | id | last_updated_by_user_id | users | id | warning
--   opportunities | id | affiliate_id | affiliates | id | warning
--   opportunities | id | contact_id | contacts | id | warning
--   opportunities | id | created_by | users | id | warning
--   opportunities | id | last_updated_by | users | id | warning
--   opportunities | id | stage_id | opportunity_stages | id | error
--   opportunities | id | user_id | users | id | warning
--   opportunity_stage_moves | id | created_by | users | id | warning
--   opportunity_stage_moves | id | move_from_stage_id | opportunity_stages | id | warning
--   opportunity_stage_moves | id | move_to_stage_id | opportunity_stages | id | warning
--   opportunity_stage_moves | id | opportunity_id | opportunities | id | warning
--   opportunity_stage_moves | id | user_id | users | id | warning
--   opportunity_stage_pipeline | stage_id | stage_id | opportunity_stages | id | error
--   order_items | order_id, id | order_id | orders | id | error
--   order_items | order_id, id | product_id | products | id | warning
--   order_items | order_id, id | subscription_id | subscriptions | id | warning
--   order_items | order_id, id | subscription_plan_id | product_subscription_plans | id | warning
--   order_payments | order_id, id | invoice_id | orders | invoice_id | warning
--   order_payments | order_id, id | order_id | orders | id | error
--   order_payments | order_id, id | payment_id | payments | id | warning
--   order_payments | order_id, id | refund_invoice_payment_id | order_payments | id | warning
--   orders | id | contact_id | contacts | id | warning
--   orders | id | lead_affiliate_id | affiliates | id | warning
--   orders | id | sales_affiliate_id | affiliates | id | warning
--   payment_methods | payment_method_id | contact_id | contacts | id | warning
--   payment_methods | payment_method_id | merchant_account_id | merchants | id | warning
--   payments | id | contact_id | contacts | id | warning
--   payments | id | merchant_account_id | merchants | id | warning
--   payments | id | payment_method_id | payment_methods | payment_method_id | warning
--   payments | id | refund_payment_id | payments | id | warning
--   pipeline_outcomes | pipeline_id, value | pipeline_id | pipelines | id | error
--   product_categories | id | parent_category_id | product_categories | id | warning
--   product_category_assignments | product_category_id | product_category_id | product_categories | id | error
--   product_discounts | id | product_id | products | id | warning
--   product_options | id | product_id | products | id | error
--   product_subscription_plans | product_id, id | product_id | products | id | error
--   provinces | country_code, code | country_code | countries | alpha3 | error
--   referrals | id | contact_id | contacts | id | warning
--   referrals | id | referral_partner_id | affiliates | id | warning
--   report_models | report_id | report_id | reports | id | error
--   stages | id | pipeline_id | pipelines | id | error
--   subscriptions | id | contact_id | contacts | id | warning
--   subscriptions | id | lead_affiliate_id | affiliates | id | warning
--   subscriptions | id | merchant_account_id | merchants | id | warning
--   subscriptions | id | payment_method_id | payment_methods | payment_method_id | warning
--   subscriptions | id | product_id | products | id | warning
--   subscriptions | id | sale_affiliate_id | affiliates | id | warning
--   subscriptions | id | subscription_plan_id | product_subscription_plans | id | warning
--   tags | id | category_id | tag_categories | id | warning
--   tasks | id | assigned_to_user_id | users | id | warning
--   tasks | id | contact_id | contacts | id | warning
--   tasks | id | created_by_user_id | users | id | warning
--   tasks | id | last_updated_by_user_id | users | id | warning
--   tasks | id | opportunity_id | opportunities | id | warning
--   transactions | hash | contact_id | contacts | id | warning
--   transactions | hash | merchant_account_id | merchants | id | warning
--   transactions | hash | payment_id | payments | id | warning
--   transactions | hash | payment_method_id | payment_methods | payment_method_id | warning
--   user_signatures | user_id | user_id | users | id | error
--   users | id | created_by | users | id | warning
--   users | id | updated_by | users | id | warning
--   webform_contents | webform_id | webform_id | webforms | id | error

with named as (
  select concat_ws('-', {key}) as key, {column} as id, _sdc_extracted_at as read_at
  from :data.{child}
  where _sdc_deleted_at is null
    -- Where there is none, Keap says 0 or less.
    and {column}::text !~ '^(0|-\d+)?$'
)
select
  named.key,
  format('%s %s isn''t in %s', '{column}', named.id, '{parent}') || coalesce(
    (
      select format(' any more: it was found deleted in Keap on %s', _sdc_deleted_at::date)
      from :data.{parent}
      where {parent_key} = named.id
      limit 1
    ),
    ''
  ) as explanation
from named
where not exists (
    select
    from :data.{parent}
    where {parent_key} = named.id
      and (_sdc_deleted_at is null or _sdc_deleted_at > now() - make_interval(days => :deleted_grace_days))
  )
  -- What was made in Keap after its list was read comes with the next run; ids ascend.
  and not (
    named.read_at > coalesce(:read_until.{parent}, 'infinity')
    and named.id > (select max({parent_key}) from :data.{parent})
  )

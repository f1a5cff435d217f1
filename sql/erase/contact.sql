-- target-postgres erase contact: what is known of one contact of a Keap account, :id, wherever it stands.
-- A statement runs when the tables that it names are there, in this order: parts before what they hang on.
-- Rows of others that merely mention the contact are changed: their _sdc_record_hash stays, so that only a change in Keap
-- writes them anew.

-- erase: email_addresses
delete from :data.email_addresses
where lower(email) in (
    select lower(address ->> 'email')
    from :data.contacts
    cross join lateral jsonb_array_elements(
      case when jsonb_typeof(email_addresses) = 'array' then email_addresses end
    ) as address
    where id = :id
  )
  -- Two contacts may share an address.
  and lower(email) not in (
    select lower(address ->> 'email')
    from :data.contacts
    cross join lateral jsonb_array_elements(
      case when jsonb_typeof(email_addresses) = 'array' then email_addresses end
    ) as address
    where id <> :id and address ->> 'email' is not null
  );

-- erase: contact_tags
delete from :data.contact_tags where contact_id = :id;

-- erase: contact_links
delete from :data.contact_links where :id in (contact_id, linked_contact_id);

-- erase: contact_links of others
update :data.contacts
set
  links = (
    select coalesce(jsonb_agg(link), '[]')
    from jsonb_array_elements(links) as link
    where link ->> 'linked_contact_id' is distinct from :id::text
  ),
  raw = jsonb_set(
    raw,
    '{links}',
    (
      select coalesce(jsonb_agg(link), '[]')
      from jsonb_array_elements(links) as link
      where link ->> 'linked_contact_id' is distinct from :id::text
    ),
    false
  )
where jsonb_typeof(links) = 'array'
  and exists (select from jsonb_array_elements(links) as link where link ->> 'linked_contact_id' = :id::text);

-- erase: contact_lead_scores
delete from :data.contact_lead_scores where contact_id = :id;

-- erase: notes
delete from :data.notes where contact_id = :id;

-- erase: tasks
delete from :data.tasks where contact_id = :id;

-- erase: appointments
delete from :data.appointments where contact_id = :id;

-- erase: email_contents
delete from :data.email_contents where contact_id = :id;

-- erase: emails
delete from :data.emails where contact_id = :id;

-- erase: file_data
delete from :data.file_data where contact_id = :id;

-- erase: files
delete from :data.files where contact_id = :id;

-- erase: opportunity_stage_moves
delete from :data.opportunity_stage_moves
where opportunity_id in (select id from :data.opportunities where contact_id = :id);

-- erase: opportunities
delete from :data.opportunities where contact_id = :id;

-- erase: deal_notes
delete from :data.deal_notes
where deal_id in (select id from :data.deals where contact_ids = jsonb_build_array(:id));

-- erase: deals
delete from :data.deals where contact_ids = jsonb_build_array(:id);

-- erase: deals with others
update :data.deals
set
  contact_ids = (
    select coalesce(jsonb_agg(named.contact), '[]')
    from jsonb_array_elements(contact_ids) as named (contact)
    where named.contact <> to_jsonb(:id)
  ),
  raw = jsonb_set(
    raw,
    '{contact_ids}',
    (
      select coalesce(jsonb_agg(named.contact), '[]')
      from jsonb_array_elements(raw -> 'contact_ids') as named (contact)
      where named.contact #>> '{}' <> :id::text
    ),
    false
  )
where contact_ids @> jsonb_build_array(:id);

-- erase: order_items
delete from :data.order_items where order_id in (select id from :data.orders where contact_id = :id);

-- erase: order_payments
delete from :data.order_payments where order_id in (select id from :data.orders where contact_id = :id);

-- erase: orders
delete from :data.orders where contact_id = :id;

-- erase: transactions
delete from :data.transactions where contact_id = :id;

-- erase: payments
delete from :data.payments where contact_id = :id;

-- erase: subscriptions
delete from :data.subscriptions where contact_id = :id;

-- erase: payment_methods
delete from :data.payment_methods where contact_id = :id;

-- erase: referrals
delete from :data.referrals where contact_id = :id;

-- What the contact was sold, by whomever.
-- erase: affiliate_commissions
delete from :data.affiliate_commissions where contact_id = :id;

-- erase: affiliate_clawbacks
delete from :data.affiliate_clawbacks where contact_id = :id;

-- What the contact earned as an affiliate.
-- erase: affiliate_commissions, earned
delete from :data.affiliate_commissions
where affiliate_id in (select id from :data.affiliates where contact_id = :id);

-- erase: affiliate_clawbacks, earned
delete from :data.affiliate_clawbacks
where affiliate_id in (select id from :data.affiliates where contact_id = :id);

-- erase: affiliate_commissions of others
update :data.affiliate_commissions
set
  sales_affiliate_name = null,
  raw = raw || '{"sales_affiliate_name": null}'
where sales_affiliate_id in (select id from :data.affiliates where contact_id = :id);

-- erase: affiliate_clawbacks of others
update :data.affiliate_clawbacks
set
  sold_by_given_name = null,
  sold_by_family_name = null,
  raw = raw || '{"sold_by_given_name": null, "sold_by_family_name": null}'
where sale_affiliate_id in (select id from :data.affiliates where contact_id = :id);

-- erase: affiliate_payments
delete from :data.affiliate_payments
where affiliate_id in (select id from :data.affiliates where contact_id = :id);

-- erase: affiliate_summaries
delete from :data.affiliate_summaries
where affiliate_id in (select id from :data.affiliates where contact_id = :id);

-- erase: affiliate_commission_totals
delete from :data.affiliate_commission_totals
where affiliate_id in (select id from :data.affiliates where contact_id = :id);

-- erase: affiliate_redirects
delete from :data.affiliate_redirects
where affiliate_id in (select id from :data.affiliates where contact_id = :id);

-- erase: affiliates
delete from :data.affiliates where contact_id = :id;

-- erase: contacts
delete from :data.contacts where id = :id;

-- Calls that were made for this contact alone.
-- erase: paths in the page log
update :meta.pages
set
  path = regexp_replace(path, '/contacts/' || :id::text || '(?=[/:]|$)', '/contacts/erased', 'g'),
  query = regexp_replace(query, '(contact_id==?)' || :id::text || '(?![0-9])', '\1erased', 'g')
where path ~ ('/contacts/' || :id::text || '([/:]|$)')
  or query ~ ('contact_id==?' || :id::text || '(?![0-9])');

-- Samples are of all contacts, and the next check takes new ones.
-- erase: samples of checks
update :meta.check_results
set sample = '[]'
where target_schema = :schema and sample <> '[]';

-- Whatever of this contact could not be loaded.
-- erase: rejects
delete from :meta.rejects
where target_schema = :schema
  and (
    (stream = 'contacts' and key = 'id ' || :id::text)
    or record ~ ('"(contact_id|linked_contact_id)": ?"?' || :id::text || '(?![0-9])')
    or record ~ ('"contact": ?\{"id": ?"?' || :id::text || '(?![0-9])')
  );

import { fileBytes } from '../account/activity.js'
import { childrenOf } from '../account/marketing.js'
import type { Endpoint } from '../endpoint.js'
import type { Row } from '../json.js'
import { textAt } from '../lists/row-path.js'
import { id, since, text, time, until } from '../lists/rule.js'
import { bytes } from '../server/answer.js'

/** Both goals of a campaign begin its first sequence and end its second. */
const goalOf = (campaignId: string): Row => ({
  type: 'Tag',
  next_sequence_ids: [`${campaignId}01`],
  previous_sequence_ids: [`${campaignId}02`],
})

const reportFields = ['Id', 'Contact "Name"', 'Дата']

/** Files, mail, campaigns and the other things marketing keeps. */
export const marketingTable: readonly Endpoint[] = [
  {
    path: '/v2/files',
    rows: 'files',
    filters: { user_id: id('created_by_id'), created_time: time('created_time'), updated_time: time('updated_time') },
  },
  { path: '/v2/files/{file_id}', row: 'files' },
  {
    path: '/v2/files/{file_id}:data',
    value: ([file_id = ''], store) => {
      const file = store.collection('files').get(file_id)
      return file && bytes(fileBytes(file))
    },
  },
  {
    path: '/v2/emails',
    rows: 'emails',
    filters: {
      email: text('sent_to_address'),
      start_created_time: since('sent_time'),
      end_created_time: until('sent_time'),
    },
    orders: { created_time: 'sent_time' },
  },
  {
    path: '/v2/emails/{id}',
    row: 'emails',
    view: (row) => ({
      ...row,
      plain_content: Buffer.from(`Dear ${textAt(row, 'contact_id')}`).toString('base64'),
      html_content: Buffer.from('<p>Привет</p>').toString('base64'),
    }),
  },
  { path: '/v2/emails/templates', rows: 'email_templates', view: ({ text_body: _t, html_body: _h, ...row }) => row },
  { path: '/v2/emails/templates/{email_template_id}', row: 'email_templates' },
  { path: '/v2/leadSources', rows: 'lead_sources' },
  { path: '/v2/leadSources/{lead_source_id}', row: 'lead_sources' },
  {
    path: '/v2/leadSources/{lead_source_id}/expenses',
    parent: 'lead_sources',
    rows: 'lead_source_expenses',
    by: ['lead_source_id', 'id'],
    orders: { amount: 'amount.amount' },
  },
  { path: '/v2/leadSources/{lead_source_id}/expenses/{lead_source_expense_id}', row: 'lead_source_expenses' },
  {
    path: '/v2/leadSources/{lead_source_id}/recurringExpenses',
    parent: 'lead_sources',
    rows: 'lead_source_recurring_expenses',
    by: ['lead_source_id', 'id'],
    orders: { amount: 'amount.amount' },
  },
  {
    path: '/v2/leadSources/{lead_source_id}/recurringExpenses/{lead_source_recurring_expense_id}',
    row: 'lead_source_recurring_expenses',
  },
  {
    path: '/v2/leadSources/{lead_source_id}/recurringExpenses/{lead_source_recurring_expense_id}/expenses',
    parent: 'lead_source_recurring_expenses',
    rows: 'lead_source_expenses',
    by: ['lead_source_recurring_expense_id', 'id'],
    orders: { amount: 'amount.amount' },
    truth: false,
  },
  { path: '/v2/leadSourceCategories', rows: 'lead_source_categories' },
  { path: '/v2/leadSourceCategories/{lead_source_category_id}', row: 'lead_source_categories' },
  {
    path: '/v2/campaigns',
    rows: 'campaigns',
    orders: {
      publisheddate: 'published_date',
      completedContactCount: 'completed_contact_count',
      activeContacts: 'active_contact_count',
      datecreated: 'date_created',
      lastupdated: 'date_created',
    },
  },
  { path: '/v2/campaigns/{campaign_id}', row: 'campaigns' },
  {
    path: '/v2/campaigns/{campaign_id}/goals',
    parent: 'campaigns',
    rows: (store, row) => childrenOf('Goal', row, store, 2, goalOf(textAt(row, 'id'))),
    truth: 'campaign_goals',
  },
  {
    path: '/v2/campaigns/{campaign_id}/sequences',
    parent: 'campaigns',
    rows: (store, row) => childrenOf('Sequence', row, store),
    truth: 'campaign_sequences',
  },
  {
    path: '/v2/automations',
    rows: 'automations',
    envelope: (store) => ({ automation_count: store.collection('automations').size }),
    filters: { name: text('title') },
    orders: {
      name: 'title',
      category: 'categories',
      activeContacts: 'active_contacts',
      publishedDate: 'published_date',
    },
  },
  { path: '/v2/automations/{automation_id}', row: 'automations' },
  { path: '/v2/automationCategory', rows: 'automation_categories' },
  { path: '/v2/webforms', rows: 'webforms' },
  {
    path: '/v2/webforms/{webform_id}:data',
    value: ([webform_id = ''], store) =>
      store.collection('webforms').get(webform_id) ? `<form id="${webform_id}"></form>` : undefined,
  },
  { path: '/v2/reporting/reports', rows: 'reports' },
  { path: '/v2/reporting/reports/{report_id}', row: 'reports' },
  {
    path: '/v2/reporting/reports/{report_id}/model',
    value: ([report_id = ''], store) =>
      store.collection('reports').get(report_id) && {
        fields: reportFields.map((label, index) => ({ name: `column${index}`, label })),
      },
  },
]

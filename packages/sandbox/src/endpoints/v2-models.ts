import { type Entity, recordTypes } from '../account/custom-fields.js'
import type { Endpoint } from '../endpoint.js'

/** What the models name as optional, which `fields=` takes. */
const optionalProperties: Readonly<Partial<Record<Entity, readonly string[]>>> = {
  contacts: [
    'anniversary_date',
    'birth_date',
    'custom_fields',
    'job_title',
    'leadsource_id',
    'notes',
    'owner_id',
    'tag_ids',
    'update_time',
  ],
  companies: [
    'notes',
    'fax_number',
    'address',
    'email_address',
    'phone_number',
    'update_time',
    'create_time',
    'custom_fields',
    'groups',
    'website',
    'owner_id',
    'created_by',
    'last_updated_by',
  ],
}

const modelEndpoints = (entity: Entity): readonly Endpoint[] => [
  {
    path: `/v2/${entity}/model`,
    value: (_ids, { customFields }) => ({
      custom_fields: customFields.definitions(entity),
      optional_properties: optionalProperties[entity] ?? ['custom_fields'],
    }),
  },
  {
    path: `/v2/${entity}/model/customFields/groups`,
    value: (_ids, { customFields }) => ({ groups: customFields.groups(entity) }),
  },
  {
    path: `/v2/${entity}/model/customFields/tabs`,
    value: (_ids, { customFields }) => ({ tabs: customFields.tabs(entity) }),
  },
]

/** The custom field definitions of eight entities, with their groups and tabs. */
export const modelTable: readonly Endpoint[] = (Object.keys(recordTypes) as Entity[]).flatMap(modelEndpoints)

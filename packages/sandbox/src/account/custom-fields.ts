import { type Json, jsonNumber, type Row } from '../json.js'
import { type Random, randomFrom } from '../random.js'
import { hostileTexts } from '../text.js'

/** The eight entities with a `/v2/{entity}/model`, and the record type each names. */
export const recordTypes = {
  affiliates: 'REFERRAL_PARTNER',
  companies: 'COMPANY',
  contacts: 'CONTACT',
  notes: 'TASK_NOTE_APPOINTMENT',
  opportunities: 'OPPORTUNITY',
  orders: 'ORDER',
  subscriptions: 'SUBSCRIPTION',
  tasks: 'TASK_NOTE_APPOINTMENT',
} as const

export type Entity = keyof typeof recordTypes

/** The contents a field of each type may have. Null, text, number, list: Keap sends all of them. */
const contents = {
  CURRENCY: [null, jsonNumber('1.10'), jsonNumber('100.00'), jsonNumber('-0.50'), 12],
  DATE: [null, '2024-02-29', '1999-12-31'],
  DATE_TIME: [null, '2024-03-15T10:30:00Z', '2023-01-01T00:00:00Z'],
  DAY_OF_WEEK: [null, 1, 7],
  DECIMAL_NUMBER: [null, jsonNumber('0.1'), jsonNumber('3.14159265358979323846'), jsonNumber('1.50')],
  DRILLDOWN: [null, ['Europe', 'Italy'], ['Asia']],
  DROPDOWN: [null, 'Gold', 'Silver', 'Ünïcode'],
  EMAIL: [null, 'field@example.com', ''],
  LIST_BOX: [null, ['Red'], ['Red', 'Grün', '青'], []],
  MONTH: [null, 2, 12],
  NAME: [null, "O'Brien", '李小龍'],
  PERCENT: [null, jsonNumber('12.50'), 100],
  PHONE_NUMBER: [null, '(555) 555-0142'],
  RADIO: [null, 'Gold', 'Silver'],
  SOCIAL_SECURITY_NUMBER: [null, '000-00-0000'],
  STATE: [null, 'AZ', 'NV'],
  TEXT: [null, '', 'plain', ...hostileTexts.slice(0, 4)],
  TEXT_AREA: [null, 'line one\nline two', ...hostileTexts.slice(4, 8)],
  USER: [null, 1, 2],
  USER_LIST_BOX: [null, [1, 2], [1]],
  WEBSITE: [null, 'https://example.com/?a=1&b=%20'],
  WHOLE_NUMBER: [null, 0, 42, jsonNumber('9007199254740993')],
  YEAR: [null, 1999, 2024],
  YES_NO: [null, 1, 0],
} satisfies Record<string, readonly Json[]>

type FieldType = keyof typeof contents

const allTypes = Object.keys(contents) as FieldType[]
const fewTypes: readonly FieldType[] = [
  'TEXT',
  'TEXT_AREA',
  'DATE',
  'DECIMAL_NUMBER',
  'DROPDOWN',
  'LIST_BOX',
  'YES_NO',
  'USER',
]
const withOptions = new Set<FieldType>(['DRILLDOWN', 'DROPDOWN', 'LIST_BOX', 'RADIO'])

/** Contacts have a field of every type; the other record types have eight. */
const typesFor = (recordType: string): readonly FieldType[] => (recordType === 'CONTACT' ? allTypes : fewTypes)

const labelOf = (type: FieldType, index: number): string =>
  index % 5 === 4 ? `${type} "quoted" ünïcode ${index}` : type.toLowerCase().replaceAll('_', ' ')

const optionsOf = (type: FieldType): readonly Row[] => {
  if (!withOptions.has(type)) return []
  const labels = new Set((contents[type] as readonly Json[]).flat().filter((label) => typeof label === 'string'))
  return [...labels].map((label, index) => ({ id: String(index + 1), label }))
}

/** The definitions of an account's custom fields, and values for its rows. */
export interface CustomFields {
  /** The definitions that `/v2/{entity}/model` lists, as CustomFieldMetaData. */
  definitions(entity: Entity): readonly Row[]
  groups(entity: Entity): readonly Row[]
  tabs(entity: Entity): readonly Row[]
  /** `[{id, content}]`, one per definition; sometimes fewer, sometimes none. The members are shared between rows. */
  values(entity: Entity, random: Random): readonly Row[]
}

export const makeCustomFields = (seed: number): CustomFields => {
  const types = [...new Set(Object.values(recordTypes))]
  const byType = new Map<
    string,
    { definitions: readonly Row[]; pools: readonly (readonly Row[])[]; tab: Row; group: Row }
  >()
  let nextId = 1
  for (const [index, record_type] of types.entries()) {
    const tab = { id: String(index + 1), name: `Tab ${record_type}`, order: 0, record_type }
    const group = { id: String(index + 101), name: 'General "info" & more', order: 0, tab_id: tab.id, record_type }
    const random = randomFrom(seed, `custom-fields-${record_type}`)
    const definitions = typesFor(record_type).map((field_type, position) => ({
      id: String(nextId++),
      label: labelOf(field_type, position),
      options: optionsOf(field_type),
      record_type,
      field_type,
      default_value: random.chance(0.2) ? 'default' : null,
      group_id: group.id,
      group_name: group.name,
      field_name: `_${field_type.toLowerCase().replaceAll('_', '')}${position}`,
    }))
    const pools = definitions.map(({ id, field_type }) => contents[field_type].map((content): Row => ({ id, content })))
    byType.set(record_type, { definitions, pools, tab, group })
  }
  const of = (entity: Entity) => {
    const found = byType.get(recordTypes[entity])
    if (found === undefined) throw new Error(`no custom fields for ${entity}`)
    return found
  }
  return {
    definitions: (entity) => of(entity).definitions,
    groups: (entity) => [of(entity).group],
    tabs: (entity) => [of(entity).tab],
    values: (entity, random) => {
      if (random.chance(0.05)) return []
      const { pools } = of(entity)
      const kept = random.chance(0.1) ? pools.slice(0, 3) : pools
      return kept.map((pool) => random.pick(pool))
    },
  }
}

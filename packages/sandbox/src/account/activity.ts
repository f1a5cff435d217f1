import { type Json, jsonNumber, numberOf, type Row } from '../json.js'
import { textAt } from '../lists/row-path.js'
import { longText, paragraph, sentence, word } from '../text.js'
import { fill } from './fill.js'
import { idAt, type Make, type Plan, type Scene } from './plan.js'
import { laterMs, pastMs, timeText } from './times.js'

/** The user whose id this is, as notes carry it. */
const basicUser = (scene: Scene, id: string): Row | null => {
  const user = scene.collection('users').get(id)
  if (user === undefined) return null
  return {
    id,
    given_name: user.given_name ?? null,
    family_name: user.family_name ?? null,
    email_address: textAt(user, 'keap_id'),
  }
}

const note: Make = (id, random, scene) => {
  const createdMs = pastMs(random, scene.nowMs)
  const userId = idAt(random.int(scene.sizes.users))
  return {
    id,
    text: id === '5' ? longText() : random.chance(0.02) ? '' : paragraph(random),
    title: random.chance(0.1) ? null : sentence(random),
    type: random.pick(['CALL', 'EMAIL', 'APPOINTMENT', 'OTHER', null]),
    contact_id: textAt(scene.any('contacts', random), 'id'),
    assigned_to_user: random.chance(0.7) ? basicUser(scene, userId) : null,
    create_time: timeText(createdMs),
    update_time: timeText(laterMs(random, createdMs, scene.nowMs)),
    last_updated_by_user_id: userId,
    pinned_at: random.chance(0.05) ? timeText(createdMs) : undefined,
    created_by_user_id: userId,
    custom_fields: scene.customFields.values('notes', random),
  }
}

const task: Make = (id, random, scene) => {
  const createdMs = pastMs(random, scene.nowMs)
  const completed = random.chance(0.5)
  const changed = timeText(laterMs(random, createdMs, scene.nowMs))
  return {
    id,
    title: sentence(random),
    description: random.chance(0.7) ? paragraph(random) : null,
    type: random.pick(['CALL', 'EMAIL', 'OTHER']),
    priority: random.pick(['CRITICAL', 'ESSENTIAL', 'NONESSENTIAL']),
    completed,
    create_time: timeText(createdMs),
    modification_time: changed,
    completion_time: completed ? changed : null,
    due_time: random.chance(0.8) ? timeText(createdMs + 86_400_000) : undefined,
    remind_time_mins: random.chance(0.3) ? random.pick([5, 60, 1440]) : null,
    assigned_to_user_id: random.chance(0.8) ? idAt(random.int(scene.sizes.users)) : null,
    created_by_user_id: '1',
    last_updated_by_user_id: '1',
    contact_id: random.chance(0.9) ? textAt(scene.any('contacts', random), 'id') : null,
    opportunity_id: random.chance(0.2) ? textAt(scene.any('opportunities', random), 'id') : undefined,
    accepted: random.chance(0.5),
    custom_fields: scene.customFields.values('tasks', random),
  }
}

/** Appointments exist in v1 only, so their rows have the v1 form. The first one's id doesn't fit a double. */
const appointment: Make = (id, random, scene): Row => {
  const startMs = pastMs(random, scene.nowMs)
  return {
    id: appointmentId(id),
    contact_id: Number(textAt(scene.any('contacts', random), 'id')),
    title: sentence(random),
    description: random.chance(0.5) ? paragraph(random) : null,
    location: random.chance(0.5) ? sentence(random) : '',
    start_date: `${timeText(startMs).slice(0, -1)}.000+0000`,
    end_date: `${timeText(startMs + 1_800_000).slice(0, -1)}.000+0000`,
    remind_time: random.pick([5, 15, 60]),
    user: Number(idAt(random.int(scene.sizes.users))),
  }
}

const appointmentId = (id: string): Json => (id === '1' ? jsonNumber('9007199254740993') : Number(id))

const noteTemplate: Make = (id, random, scene) =>
  fill('NoteTemplate', random, scene, { id, assignment_user_id: 1, notify_users: ['1'] })

const email: Make = (id, random, scene) => {
  const contact = scene.any('contacts', random)
  const sent = timeText(pastMs(random, scene.nowMs))
  return {
    id,
    subject: sentence(random),
    headers: null,
    contact_id: textAt(contact, 'id'),
    sent_to_address: `${word(random)}.${textAt(contact, 'id')}@example.com`,
    sent_to_cc_address_list: [],
    sent_to_bcc_address_list: [],
    sent_from_address: 'user.1@example.com',
    sent_from_reply_address: 'user.1@example.com',
    sent_time: sent,
    received_time: sent,
    opened_time: random.chance(0.4) ? sent : null,
    clicked_time: undefined,
    original_provider_id: null,
    original_provider: 'INFUSIONSOFT',
    provider_source_id: null,
  }
}

const emailTemplate: Make = (id, random, scene) =>
  fill('EmailTemplate', random, scene, {
    id: Number(id),
    content_type: random.pick(['TEXT', 'HTML', 'MULTIPART']),
    merge_context: 'CONTACT',
  })

/**
 * The bytes of a file: its own id and name, and every byte value once, so that nothing may treat them as text. All that
 * again, up to its `file_size`, when that is more.
 */
export const fileBytes = (file: Row): Buffer => {
  const own = Buffer.concat([
    Buffer.from(`${textAt(file, 'id')} ${textAt(file, 'file_name')}\n`),
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  ])
  const size = numberOf(file.file_size)
  return size > own.length ? Buffer.alloc(size, own) : own
}

const file: Make = (id, random, scene) => {
  const createdMs = pastMs(random, scene.nowMs)
  const named = { id, file_name: random.chance(0.2) ? `Ünï "côdé" 文件 ${id}.pdf` : `${word(random)}-${id}.pdf` }
  return {
    ...named,
    category: random.pick(['DOCUMENTS', 'ATTACHMENTS', 'INVOICE']),
    is_public: random.chance(0.3),
    contact_id: random.chance(0.8) ? textAt(scene.any('contacts', random), 'id') : null,
    created_by_id: '1',
    remote_file_key: `files/${id}`,
    file_box_type: random.pick(['APPLICATION', 'CONTACT', 'IMAGE']),
    file_size: fileBytes(named).length,
    created_time: timeText(createdMs),
    updated_time: timeText(laterMs(random, createdMs, scene.nowMs)),
  }
}

export const activityPlans: readonly Plan[] = [
  { name: 'notes', created: 'create_time', updated: 'update_time', of: { count: (sizes) => sizes.notes, make: note } },
  { name: 'note_templates', of: { count: () => 4, make: noteTemplate } },
  {
    name: 'tasks',
    created: 'create_time',
    updated: 'modification_time',
    of: { count: (sizes) => sizes.tasks, make: task },
  },
  { name: 'appointments', of: { count: (sizes) => sizes.appointments, make: appointment } },
  { name: 'emails', created: 'sent_time', of: { count: (sizes) => sizes.emails, make: email } },
  { name: 'email_templates', of: { count: () => 6, make: emailTemplate } },
  {
    name: 'files',
    created: 'created_time',
    updated: 'updated_time',
    of: { count: (sizes) => sizes.files, make: file },
  },
]

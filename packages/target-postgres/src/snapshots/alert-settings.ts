import { SECRET } from '@keap-postgres/protocol'
import { z } from 'zod'

/** Who is told of drift: either gets one JSON object, the one as the body of a POST, the other on its stdin. */
export const AlertSettings = z.strictObject({
  webhook: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address that drift is POSTed to')
    .meta(SECRET),
  command: z.string().min(1).optional().describe('Command that is told of drift on its stdin'),
})
export type AlertSettings = z.infer<typeof AlertSettings>

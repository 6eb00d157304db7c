import { z } from "zod";
import { AttachmentState } from "../../../src-shared/domain/attachment.ts";
import { GroupChange } from "../../../src-shared/domain/group-change.ts";
import { MessageFilter, MessageKind } from "../../../src-shared/domain/message.ts";
import { Detection, Link, Mention, Part, Style, Translation } from "../../../src-shared/domain/text.ts";

/** A message as AiMessage's clients read it: its own nine fields first, then + what goes beyond it. */

/** ISO 8601, whole seconds; null where there is none. */
const moment = z.string().nullable();

const Target = z.object({ guid: z.string(), part: z.int().nullable() });

export const WireAttachment = z.object({
  guid: z.string(),
  name: z.string().nullable(),
  mime_type: z.string().nullable(),
  uti: z.string().nullable(),
  size: z.int().nullable(),
  path: z.string().nullable(),
  state: AttachmentState,
  is_sticker: z.boolean(),
  description: z.string().nullable(),
});
export type WireAttachment = z.infer<typeof WireAttachment>;

export const WireMessage = z.object({
  id: z.string(),
  guid: z.string(),
  conversation_id: z.string(),
  sender: z.string().describe("`me`, a handle, or nothing when Messages does not say."),
  body: z.string(),
  attachments: z.array(z.string()),
  timestamp: z.string(),
  is_from_me: z.boolean(),
  status: z.enum(["sent", "delivered", "read", "failed"]),

  row_id: z.int().nullable().describe("Null while the message has not appeared in Messages."),
  kind: MessageKind,
  conversation_ids: z.array(z.string()),
  service: z.string().nullable(),
  is_satellite: z.boolean(),
  line: z.string().nullable(),
  filter: MessageFilter,
  late: z.boolean(),

  subject: z.string().nullable(),
  parts: z.array(Part),
  mentions: z.array(Mention),
  links: z.array(Link),
  styles: z.array(Style),
  detections: z.array(Detection),
  one_time_code: z.string().nullable(),
  effect: z.string().nullable(),
  attachments_info: z.array(WireAttachment),
  is_audio_message: z.boolean(),
  transcription: z.string().nullable(),
  translations: z.array(Translation),

  reply_to: z.string().nullable(),
  reply_to_part: z.int().nullable(),
  target: Target.nullable(),
  link_preview: z
    .object({
      url: z.string().nullable(),
      original_url: z.string().nullable(),
      title: z.string().nullable(),
      summary: z.string().nullable(),
      site_name: z.string().nullable(),
      is_placeholder: z.boolean(),
    })
    .nullable(),
  poll: z
    .object({
      title: z.string().nullable(),
      options: z.array(z.object({ id: z.string(), text: z.string() })),
      votes: z.array(
        z.object({ option: z.string(), handle: z.string().nullable(), is_from_me: z.boolean() }),
      ),
    })
    .nullable(),
  app: z
    .object({
      bundle_id: z.string(),
      name: z.string().nullable(),
      summary: z.string(),
      url: z.string().nullable(),
    })
    .nullable(),
  group_change: GroupChange.nullable(),

  timestamp_ms: z.int(),
  delivered_at: moment,
  read_at: moment,
  played_at: moment,
  edited_at: moment,
  deleted_at: moment,
  scheduled_for: moment,
  edits: z.array(
    z.object({
      part: z.int(),
      versions: z.array(z.object({ at: z.string(), body: z.string().nullable() })),
    }),
  ),
  unsent: z.boolean(),
  unsent_parts: z.array(z.int()),
  error_code: z.int(),
  was_downgraded: z.boolean(),
  outbox_id: z.string().nullable().describe("As which outbox item it was sent through Bellhop."),
});
export type WireMessage = z.infer<typeof WireMessage>;

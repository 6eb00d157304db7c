import { z } from "zod";
import { AppBalloon, LinkPreview, Poll } from "./app-content.ts";
import { Attachment } from "./attachment.ts";
import { GroupChange } from "./group-change.ts";
import { Detection, Edit, Link, Mention, Part, Style, Translation } from "./text.ts";

export const MessageStatus = z.enum(["sent", "delivered", "read", "failed"]);
export type MessageStatus = z.infer<typeof MessageStatus>;

/** What a person writes, and what a list of messages holds. */
export const PERSONAL_KINDS = [
  "message",
  "audio",
  "link",
  "sticker",
  "poll",
  "app",
  "handwriting",
  "digital_touch",
] as const;

/** What a row of Messages is: what a person writes, and what happens around it. */
export const MESSAGE_KINDS = [
  ...PERSONAL_KINDS,
  "reaction",
  "poll_vote",
  "poll_update",
  "group_change",
  "location",
  "shareplay",
  "audio_kept",
  "other",
] as const;
export const MessageKind = z.enum(MESSAGE_KINDS);
export type MessageKind = z.infer<typeof MessageKind>;

/** Whether a person wrote it. */
export function isPersonal(kind: MessageKind): boolean {
  return PERSONAL_KINDS.some((personal) => personal === kind);
}

/** Whom Messages thinks it came from. `dropped` is kept out of sight altogether. */
export const MessageFilter = z.enum(["none", "unknown_sender", "junk", "dropped"]);
export type MessageFilter = z.infer<typeof MessageFilter>;

const moment = z.int().nullable();

/** One message as Messages stored it. Times are milliseconds since 1970, UTC; null where there is none. */
export const Message = z.object({
  rowId: z.int(),
  guid: z.string(),
  kind: MessageKind,
  /**
   * The ids of every conversation that holds it, the main one first, then Messages' own spellings of them;
   * empty while Messages has not joined it to one.
   */
  conversationIds: z.array(z.string()),
  /** The handle it came from; null when it is from this Mac or when Messages does not say. */
  sender: z.string().nullable(),
  isFromMe: z.boolean(),
  /** The phone number or Apple ID of this Mac that it came to or went from; null when Messages does not say. */
  line: z.string().nullable(),
  /** Decoded text without attachment placeholders; null when there is none. */
  body: z.string().nullable(),
  subject: z.string().nullable(),
  parts: z.array(Part),
  mentions: z.array(Mention),
  links: z.array(Link),
  styles: z.array(Style),
  detections: z.array(Detection),
  oneTimeCode: z.string().nullable(),
  attachments: z.array(Attachment),
  /** The words of a voice message, where Messages has written them down. */
  transcription: z.string().nullable(),
  at: z.int(),
  deliveredAt: moment,
  readAt: moment,
  playedAt: moment,
  editedAt: moment,
  /** Moved to Recently Deleted; it goes for good after 30 days. */
  deletedAt: moment,
  /** When it is going to be sent; null for what is not scheduled. */
  scheduledFor: moment,
  /** `iMessage`, `SMS`, `RCS`, `iMessageLite` (satellite), or what else Messages says. */
  service: z.string().nullable(),
  status: MessageStatus,
  /** Messages' own error number, 0 when all is well. */
  errorCode: z.int(),
  /** It was meant for iMessage and went as SMS. */
  wasDowngraded: z.boolean(),
  /** It went over a satellite, or waits for one. */
  isSatellite: z.boolean(),
  edits: z.array(Edit),
  /** All of it was unsent. */
  isUnsent: z.boolean(),
  unsentParts: z.array(z.int()),
  translations: z.array(Translation),
  /** What it answers: a message, and which part of it. */
  replyTo: z.object({ guid: z.string(), part: z.int().nullable() }).nullable(),
  /** What it is put on: the target of a sticker, of a vote, of a reaction. */
  target: z.object({ guid: z.string(), part: z.int().nullable() }).nullable(),
  /** `slam`, `confetti` and the like. */
  effect: z.string().nullable(),
  link: LinkPreview.nullable(),
  poll: Poll.nullable(),
  app: AppBalloon.nullable(),
  groupChange: GroupChange.nullable(),
  filter: MessageFilter,
  /** It came between one hour and a day after what is newer: from a Mac that was away, or from iCloud. */
  isLate: z.boolean(),
  /** The outbox item that it went out as; null for what was not sent through Bellhop. */
  outboxId: z.string().nullable(),
});
export type Message = z.infer<typeof Message>;

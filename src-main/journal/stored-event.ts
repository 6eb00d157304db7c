import { Event } from "../../src-shared/domain/event.ts";
import type { Message } from "../../src-shared/domain/message.ts";

type Stamp = Pick<Event, "id" | "seq" | "at"> & { type: string };

/**
 * An event as it was stored, also by an earlier version of Bellhop that knew less: what it did not write is
 * filled in as "none". Throws what zod throws when it is no event at all.
 */
export function readEvent(stamp: Stamp, data: unknown): Event {
  const isEarlier = typeof data === "object" && data !== null && "attachments" in data && !("kind" in data);
  return Event.parse({ ...stamp, data: isEarlier ? { ...NOTHING_MORE, ...withFiles(data) } : data });
}

/** What the first version did not write of a message. */
const NOTHING_MORE: Omit<
  Message,
  | "rowId"
  | "guid"
  | "conversationIds"
  | "sender"
  | "isFromMe"
  | "body"
  | "attachments"
  | "at"
  | "service"
  | "status"
  | "errorCode"
> = {
  kind: "message",
  line: null,
  subject: null,
  parts: [],
  mentions: [],
  links: [],
  styles: [],
  detections: [],
  oneTimeCode: null,
  transcription: null,
  deliveredAt: null,
  readAt: null,
  playedAt: null,
  editedAt: null,
  deletedAt: null,
  scheduledFor: null,
  wasDowngraded: false,
  edits: [],
  isUnsent: false,
  unsentParts: [],
  replyTo: null,
  target: null,
  effect: null,
  link: null,
  poll: null,
  app: null,
  groupChange: null,
  filter: "none",
  isLate: false,
};

function withFiles(data: { attachments: unknown }): object {
  if (!Array.isArray(data.attachments)) return data;
  const attachments = data.attachments.map((file: object) => ({
    uti: null,
    state: "path" in file && file.path !== null ? "ready" : "waiting",
    isSticker: false,
    description: null,
    ...file,
  }));
  return { ...data, attachments };
}

import type { Message } from "./message.ts";

/** What is known of every message; all else most messages have nothing to say of. */
type Known =
  | "rowId"
  | "guid"
  | "conversationIds"
  | "sender"
  | "isFromMe"
  | "body"
  | "at"
  | "service"
  | "status";

/** A message of these fields, with nothing to say of the others. */
export function blankMessage(fields: Pick<Message, Known> & Partial<Message>): Message {
  return {
    kind: "message",
    line: null,
    subject: null,
    parts: [],
    mentions: [],
    links: [],
    styles: [],
    detections: [],
    oneTimeCode: null,
    attachments: [],
    transcription: null,
    translations: [],
    deliveredAt: null,
    readAt: null,
    playedAt: null,
    editedAt: null,
    deletedAt: null,
    scheduledFor: null,
    errorCode: 0,
    wasDowngraded: false,
    isSatellite: false,
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
    outboxId: null,
    ...fields,
  };
}

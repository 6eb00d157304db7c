import type { Message } from "../../src-shared/domain/message.ts";
import type { Change } from "../apple-messages/change.ts";
import type { FeedState } from "../apple-messages/feed/feed-state.ts";
import { emptyStep, type FeedStep } from "../apple-messages/feed/feed-step.ts";
import type { OutgoingRow } from "../apple-messages/feed/news.ts";

/** A message as the reader gives it; `fields` say what matters to the test. */
export function sampleMessage(fields: Partial<Message> = {}): Message {
  return {
    rowId: 1,
    guid: "GUID-1",
    kind: "message",
    conversationIds: ["any;-;+15550111"],
    sender: "+15550111",
    isFromMe: false,
    line: "+15550100",
    body: "hello",
    subject: null,
    parts: [{ index: 0, text: "hello", attachment: null }],
    mentions: [],
    links: [],
    styles: [],
    detections: [],
    oneTimeCode: null,
    attachments: [],
    transcription: null,
    at: Date.UTC(2026, 0, 15, 12),
    deliveredAt: null,
    readAt: null,
    playedAt: null,
    editedAt: null,
    deletedAt: null,
    scheduledFor: null,
    service: "iMessage",
    status: "delivered",
    errorCode: 0,
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
    ...fields,
  };
}

/** A message that came in. */
export function received(guid: string, body = "hello"): Change {
  return { type: "message.received", data: sampleMessage({ guid, body }) };
}

/** A row of this Mac's own, as the feed reports it. */
export function outgoing(fields: Partial<Message> = {}, settled = true, lost = false): OutgoingRow {
  const message = sampleMessage({ isFromMe: true, sender: null, status: "sent", ...fields });
  return { message, settled, lost };
}

/** A step of the feed that carries these changes. */
export function stepWith(changes: Change[], rows: OutgoingRow[] = []): FeedStep {
  const state: FeedState = {
    cursor: changes.length,
    cursorGuid: "GUID",
    file: { device: 1, inode: 1 },
    anchors: [],
    highWater: 0,
    ahead: null,
    beyondSince: null,
    held: [],
    deletions: null,
    isSurveyed: false,
    rebuilt: null,
  };
  return { ...emptyStep(state), changes, outgoing: rows };
}

import type { Message } from "../../src-shared/domain/message.ts";
import type { Change } from "../apple-messages/change.ts";
import type { FeedStep, OutgoingRow } from "../apple-messages/change-feed.ts";

/** A message as the reader gives it; `fields` say what matters to the test. */
export function sampleMessage(fields: Partial<Message> = {}): Message {
  return {
    rowId: 1,
    guid: "GUID-1",
    conversationIds: ["any;-;+15550111"],
    sender: "+15550111",
    isFromMe: false,
    body: "hello",
    attachments: [],
    at: Date.UTC(2026, 0, 15, 12),
    service: "iMessage",
    status: "delivered",
    errorCode: 0,
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
  return {
    state: {
      cursor: changes.length,
      cursorGuid: "GUID",
      file: { device: 1, inode: 1 },
      highWater: 0,
      held: [],
      rebuilt: null,
    },
    changes,
    outgoing: rows,
    latencyMs: null,
  };
}

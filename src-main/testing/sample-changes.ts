import { blankMessage } from "../../src-shared/domain/blank-message.ts";
import type { Message } from "../../src-shared/domain/message.ts";
import type { SentItem } from "../../src-shared/domain/outbox.ts";
import type { Change } from "../apple-messages/change.ts";
import type { FeedState } from "../apple-messages/feed/feed-state.ts";
import { emptyStep, type FeedStep } from "../apple-messages/feed/feed-step.ts";
import type { OutgoingRow } from "../apple-messages/feed/news.ts";

/** A message as the reader gives it; `fields` say what matters to the test. */
export function sampleMessage(fields: Partial<Message> = {}): Message {
  return blankMessage({
    rowId: 1,
    guid: "GUID-1",
    conversationIds: ["any;-;+15550111"],
    sender: "+15550111",
    isFromMe: false,
    line: "+15550100",
    body: "hello",
    parts: [{ index: 0, text: "hello", attachment: null }],
    at: Date.UTC(2026, 0, 15, 12),
    service: "iMessage",
    status: "delivered",
    ...fields,
  });
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

/** An outbox item as its sender sees it; `fields` say what matters to the test. */
export function sampleSentItem(fields: Partial<SentItem> = {}): SentItem {
  return {
    id: "out_1",
    createdAt: Date.UTC(2026, 0, 15, 12),
    revision: 2,
    conversationId: "any;-;+15550111",
    service: null,
    replyTo: null,
    state: "sent",
    fault: null,
    reason: null,
    parts: [
      {
        kind: "text",
        text: null,
        name: null,
        sizeBytes: 5,
        state: "sent",
        fault: null,
        reason: null,
        errorCode: 0,
        dispatchedAt: null,
        messageGuid: null,
        retriedAs: null,
      },
    ],
    ...fields,
  };
}

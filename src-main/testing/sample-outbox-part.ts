import type { OutboxItem, OutboxPart } from "../sending/outbox/outbox-item.ts";

/** A text that waits for its turn; `fields` say what matters to the test. */
export function sampleOutboxPart(fields: Partial<OutboxPart> = {}): OutboxPart {
  return {
    itemId: "out_1",
    position: 0,
    kind: "text",
    content: "hello",
    name: null,
    sizeBytes: 5,
    state: "queued",
    fault: null,
    reason: null,
    errorCode: 0,
    tries: 0,
    mayHaveLeft: false,
    dispatchedAt: null,
    afterRowId: null,
    afterGuid: null,
    turn: null,
    messageGuid: null,
    messageRowId: null,
    retriedAs: null,
    isLastTry: false,
    lateRow: null,
    ...fields,
  };
}

/** An item of these parts that waits for its turn. */
export function sampleOutboxItem(fields: Partial<OutboxItem> = {}): OutboxItem {
  return {
    id: "out_1",
    createdAt: 0,
    chat: "any;-;+15550111",
    service: null,
    replyTo: null,
    isDryRun: false,
    isExempt: false,
    revision: 0,
    state: "queued",
    fault: null,
    reason: null,
    parts: [sampleOutboxPart()],
    ...fields,
  };
}

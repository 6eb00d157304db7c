import type { SentItem } from "../../../src-shared/domain/outbox.ts";

/** One text that was sent to +15550111, with whatever a test wants otherwise. */
export function sampleSentItem(other: Partial<SentItem> = {}): SentItem {
  return {
    id: "out_1",
    createdAt: Date.UTC(2026, 0, 15, 12),
    revision: 1,
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
    ...other,
  };
}

import type { SentItem, SentPart } from "../../../src-shared/domain/outbox.ts";
import type { OutboxChange } from "../../journal/entry.ts";
import type { OutboxItem, OutboxPart } from "./outbox-item.ts";

/** An item as its sender sees it. */
export function sentItem(item: OutboxItem): SentItem {
  const { id, createdAt, revision, chat, service, replyTo, state, fault, reason } = item;
  const parts = item.parts.map(sentPart);
  return { id, createdAt, revision, conversationId: chat, service, replyTo, state, fault, reason, parts };
}

/** Without what was written: for events, which are kept, and told to whoever listens. */
export function withoutText(item: SentItem): SentItem {
  return { ...item, parts: item.parts.map((part) => ({ ...part, text: null })) };
}

/** The event that tells of an item as it stands now. */
export function outboxUpdated(item: OutboxItem): OutboxChange {
  return { type: "outbox.updated", data: withoutText(sentItem(item)), version: item.revision };
}

function sentPart(part: OutboxPart): SentPart {
  const { kind, content, name, sizeBytes, state, fault, reason } = part;
  const { errorCode, dispatchedAt, messageGuid, retriedAs } = part;
  const text = kind === "text" ? content : null;
  return {
    kind,
    text,
    name,
    sizeBytes,
    state,
    fault,
    reason,
    errorCode,
    dispatchedAt,
    messageGuid,
    retriedAs,
  };
}

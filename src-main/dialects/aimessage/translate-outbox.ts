import type { SentItem, SentPart } from "../../../src-shared/domain/outbox.ts";
import type { WireSentItem } from "./outbox-shapes.ts";
import { wireTime } from "./translate-message.ts";

/** + An outbox item as it stands. */
export function wireSentItem(item: SentItem): WireSentItem {
  const { id, createdAt, revision, conversationId, service, replyTo, state, fault, reason, parts } = item;
  return {
    id,
    created_at: wireTime(createdAt),
    revision,
    conversation_id: conversationId,
    service,
    reply_to: replyTo,
    state,
    code: fault,
    reason,
    parts: parts.map(wireSentPart),
  };
}

function wireSentPart(part: SentPart): WireSentItem["parts"][number] {
  const { kind, text, name, sizeBytes, state, fault, reason } = part;
  return {
    kind,
    text,
    name,
    size: sizeBytes,
    state,
    code: fault,
    reason,
    error_code: part.errorCode,
    dispatched_at: part.dispatchedAt === null ? null : wireTime(part.dispatchedAt),
    message_guid: part.messageGuid,
    retried_as: part.retriedAs,
  };
}

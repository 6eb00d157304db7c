import type { Message } from "../../src-shared/domain/message.ts";

/** Says as which outbox item a message of one's own was sent; others stay as they are. */
export type SentHere = (message: Message) => Message;

/** @param itemOf the id of the outbox item that has the message with this guid; null when none has. */
export function sentHere(itemOf: (guid: string) => string | null): SentHere {
  return (message) => {
    if (!message.isFromMe) return message;
    const outboxId = itemOf(message.guid);
    return outboxId === null ? message : { ...message, outboxId };
  };
}

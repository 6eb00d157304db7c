import { MAC_ADDRESS, MAC_LINE, STYLE_GROUP } from "../macos.ts";
import { attachmentsOf } from "./attachments.ts";
import { conversationById } from "./conversations.ts";
import { receiveMessage } from "./messages.ts";
import { textOf } from "./parts.ts";
import { markSent } from "./receipts.ts";
import type { MessageRow } from "./rows.ts";
import { type Store, transact } from "./store.ts";

/** Whether an address is one of this Mac's own lines: its number, its address, or what a conversation goes by. */
export function isOwnLine(store: Store, address: string): boolean {
  const lines = [MAC_LINE, MAC_ADDRESS];
  return lines.includes(address.toLowerCase()) || store.sql.ownLine.get(address) !== undefined;
}

/**
 * A message of this Mac's own leaves it. Written to one of its own lines it also comes in, as a message of its
 * own. Does nothing to one that left or failed already. `chatId` is its conversation's, where no join says it yet.
 */
export function sendOff(store: Store, message: { id: number; chatId?: number | null }): void {
  transact(store, () => {
    const row = store.sql.messageById.get(message.id);
    if (row === undefined || row.sent === 1 || row.error !== 0) return;
    markSent(store, row.id);
    const chatId = row.chatId ?? message.chatId ?? null;
    if (chatId !== null && row.itemType === 0 && row.associatedType === 0) comeIn(store, row, chatId);
  });
}

/** Puts a message that has no conversation yet into its own. */
export function joinLater(store: Store, message: { id: number }, chat: { id: number }): void {
  store.sql.joinMessage.run(chat.id, message.id, store.sql.dateOf.get(message.id) ?? 0n);
}

function comeIn(store: Store, row: MessageRow, chatId: number): void {
  const chat = conversationById(store, chatId);
  if (chat.style === STYLE_GROUP || !isOwnLine(store, chat.identifier)) return;
  const files = attachmentsOf(store, row.id).flatMap(({ filename, name }) =>
    filename === null ? [] : [{ path: filename, name }],
  );
  receiveMessage(store, {
    chat,
    from: chat.identifier,
    line: chat.identifier,
    service: row.service,
    text: textOf(row).replaceAll("\uFFFC", ""),
    files,
    columns: { ...store.sql.threadOf.get(row.id) },
  });
}

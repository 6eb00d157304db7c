import { messageBody } from "../message-body.ts";
import { type NewFile, pieceOf, storeAttachment } from "./attachments.ts";
import { type Actor, conversationById, handleOf } from "./conversations.ts";
import { blankRow, findMessage, type Inserted, insertRow } from "./messages.ts";
import { textOf } from "./parts.ts";
import { type Store, transact } from "./store.ts";

const PLACED = 1000;
const TAPBACK = 2007;

/** Who puts which picture on what. `at` in milliseconds since 1970, default now. */
export interface Sticker {
  target: string;
  part?: number;
  by: Actor;
  picture: NewFile;
  at?: number;
}

/** Somebody drops a sticker somewhere on a message. Throws NotInMessages. */
export function placeSticker(store: Store, sticker: Sticker): Inserted {
  return insertSticker(store, sticker, PLACED);
}

/** Somebody reacts to a message with a sticker (macOS 15). Throws NotInMessages. */
export function reactWithSticker(store: Store, sticker: Sticker): Inserted {
  return insertSticker(store, sticker, TAPBACK);
}

function insertSticker(
  store: Store,
  { target, part = 0, by, picture, at = store.clock.now() }: Sticker,
  type: number,
): Inserted {
  return transact(store, () => {
    const message = findMessage(store, target);
    const row = blankRow(store, message.service, at);
    const fromMe = by === "me";
    const file = storeAttachment(
      store,
      { ...picture, sticker: true },
      { guid: row.guid, index: 0, fromMe, at },
    );
    const body = messageBody([pieceOf(file)]);
    const chat = message.chatId === null ? null : conversationById(store, message.chatId);
    const inserted = insertRow(store, chat, {
      ...row,
      text: store.macos < 15 ? body.text : null,
      attributedBody: body.encoded,
      handle_id: handleOf(store, by, message.service),
      is_from_me: fromMe ? 1 : 0,
      is_sent: fromMe ? 1 : 0,
      is_read: fromMe ? 0 : 1,
      associated_message_guid: `p:${part}/${target}`,
      associated_message_type: type,
      associated_message_range_length: textOf(message).length,
    });
    store.sql.joinAttachment.run(inserted.id, file.rowId);
    return inserted;
  });
}

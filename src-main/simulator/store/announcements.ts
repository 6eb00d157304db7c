import { type Actor, type Conversation, handleOf } from "./conversations.ts";
import { blankRow, findMessage, type Inserted, insertRow } from "./messages.ts";
import type { NewMessage } from "./rows.ts";
import type { ColumnValues } from "./set-columns.ts";
import { type Store, transact } from "./store.ts";

const ITEM_LOCATION = 4;
const ITEM_AUDIO_KEPT = 5;
const ITEM_SHARE_PLAY = 6;

/** Who changes what about which conversation, when (milliseconds since 1970; default now). */
export interface GroupChange {
  chat: Conversation;
  by: Actor;
  at?: number;
}

/** Somebody starts or stops sharing their location (share_status 0 or 1; share_direction 1 is towards this Mac). */
export function shareLocation(store: Store, change: GroupChange & { stop?: boolean }): Inserted {
  return transact(store, () =>
    insertChange(
      store,
      change,
      { item_type: ITEM_LOCATION, other_handle: handleOf(store, change.by, change.chat.service) },
      { share_status: change.stop ? 1 : 0, share_direction: change.by === "me" ? 0 : 1 },
    ),
  );
}

/** Somebody starts SharePlay or a FaceTime call in a conversation. */
export function startSharePlay(store: Store, change: GroupChange): Inserted {
  return transact(store, () => insertChange(store, change, { item_type: ITEM_SHARE_PLAY }));
}

/** Somebody keeps a voice note, which would else expire. Throws NotInMessages. */
export function keepAudio(store: Store, change: GroupChange & { guid: string }): Inserted {
  return transact(store, () => {
    const { handleId } = findMessage(store, change.guid);
    return insertChange(
      store,
      change,
      { item_type: ITEM_AUDIO_KEPT, other_handle: handleId },
      { message_action_type: 1 },
    );
  });
}

/** Inserts the row by which a conversation tells of a change. Runs inside the caller's transaction. */
export function insertChange(
  store: Store,
  { chat, by, at }: GroupChange,
  fields: Partial<NewMessage>,
  columns: ColumnValues = {},
): Inserted {
  const row: NewMessage = {
    ...blankRow(store, chat.service, at ?? store.clock.now()),
    handle_id: handleOf(store, by, chat.service),
    is_from_me: by === "me" ? 1 : 0,
    is_sent: by === "me" ? 1 : 0,
    is_read: 1,
    was_data_detected: 0,
    part_count: 0,
    ...fields,
  };
  return insertRow(store, chat, row, columns);
}

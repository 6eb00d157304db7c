import { type Actor, addHandle, type Conversation, ensureHandle, handleOf } from "./conversations.ts";
import { blankRow, type Inserted, insertRow } from "./messages.ts";
import type { NewMessage } from "./statements.ts";
import { type Store, transact } from "./store.ts";

const ITEM_PARTICIPANT = 1;
const ITEM_NAME = 2;
const ITEM_GROUP = 3;
const ACTION_ADDED = 0;
const ACTION_REMOVED = 1;
const ACTION_LEFT = 0;

/** Who changes which group, when (milliseconds since 1970; default now). */
export interface GroupChange {
  chat: Conversation;
  by: Actor;
  at?: number;
}

/** Gives the group a name, or takes it away (null). */
export function renameGroup(store: Store, change: GroupChange & { name: string | null }): Inserted {
  return transact(store, () => {
    store.sql.nameChat.run(change.name, change.chat.id);
    return insertChange(store, change, { item_type: ITEM_NAME, group_title: change.name });
  });
}

/** Brings somebody in. */
export function addParticipant(store: Store, change: GroupChange & { address: string }): Inserted {
  return transact(store, () => {
    const other = addHandle(store, change.chat.id, change.address, change.chat.service);
    return insertChange(store, change, {
      item_type: ITEM_PARTICIPANT,
      group_action_type: ACTION_ADDED,
      other_handle: other,
    });
  });
}

/** Puts somebody out. */
export function removeParticipant(store: Store, change: GroupChange & { address: string }): Inserted {
  return transact(store, () => {
    const other = ensureHandle(store, change.address, change.chat.service);
    // First the row that names the handle: a trigger deletes handles that nothing names.
    const inserted = insertChange(store, change, {
      item_type: ITEM_PARTICIPANT,
      group_action_type: ACTION_REMOVED,
      other_handle: other,
    });
    store.sql.partHandle.run(change.chat.id, other);
    return inserted;
  });
}

/** Somebody leaves of their own accord. */
export function leaveGroup(store: Store, change: GroupChange): Inserted {
  return transact(store, () => {
    const inserted = insertChange(store, change, { item_type: ITEM_GROUP, group_action_type: ACTION_LEFT });
    const who = handleOf(store, change.by, change.chat.service);
    if (who !== 0) store.sql.partHandle.run(change.chat.id, who);
    return inserted;
  });
}

function insertChange(store: Store, { chat, by, at }: GroupChange, fields: Partial<NewMessage>): Inserted {
  return insertRow(store, chat, {
    ...blankRow(store, chat.service, at ?? store.clock.now()),
    handle_id: handleOf(store, by, chat.service),
    is_from_me: by === "me" ? 1 : 0,
    is_sent: by === "me" ? 1 : 0,
    is_read: 1,
    was_data_detected: 0,
    part_count: 0,
    ...fields,
  });
}

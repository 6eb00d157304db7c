import { writeBinaryPlist } from "../binary-plist.ts";
import { type GroupChange, insertChange } from "./announcements.ts";
import { type NewFile, storeAttachment } from "./attachments.ts";
import { addHandle, ensureHandle, handleOf } from "./conversations.ts";
import type { Inserted } from "./messages.ts";
import { setColumns } from "./set-columns.ts";
import { type Store, transact } from "./store.ts";

const ITEM_PARTICIPANT = 1;
const ITEM_NAME = 2;
const ITEM_GROUP = 3;
const ACTION_ADDED = 0;
const ACTION_REMOVED = 1;
const ACTION_LEFT = 0;
const ACTION_PHOTO_SET = 1;
const ACTION_PHOTO_REMOVED = 2;
const ACTION_BACKGROUND_SET = 4;
const ACTION_BACKGROUND_REMOVED = 6;

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

/** A member goes on under another number: the row names the new one twice, as who did it and to whom. */
export function changeNumber(
  store: Store,
  change: Omit<GroupChange, "by"> & { from: string; to: string },
): Inserted {
  const { chat, from, to } = change;
  return transact(store, () => {
    const other_handle = addHandle(store, chat.id, to, chat.service);
    const fields = { item_type: ITEM_PARTICIPANT, group_action_type: ACTION_ADDED, other_handle };
    const inserted = insertChange(store, { ...change, by: { address: to } }, fields);
    store.sql.partHandle.run(chat.id, ensureHandle(store, from, chat.service));
    return inserted;
  });
}

/** Gives the group a picture: the row brings it as an attachment, and the conversation's properties name it. */
export function setGroupPhoto(store: Store, change: GroupChange & { photo: NewFile }): Inserted {
  return transact(store, () => {
    const inserted = insertChange(store, change, {
      item_type: ITEM_GROUP,
      group_action_type: ACTION_PHOTO_SET,
    });
    const at = change.at ?? store.clock.now();
    const message = { guid: inserted.guid, index: 0, fromMe: change.by === "me", at };
    const photo = storeAttachment(store, change.photo, message);
    store.sql.joinAttachment.run(inserted.id, photo.rowId);
    setColumns(store, "chat", change.chat.id, {
      properties: writeBinaryPlist({ groupPhotoGuid: photo.guid }),
    });
    return inserted;
  });
}

/** Takes the group's picture away. */
export function removeGroupPhoto(store: Store, change: GroupChange): Inserted {
  return transact(store, () => {
    setColumns(store, "chat", change.chat.id, { properties: writeBinaryPlist({}) });
    return insertChange(store, change, { item_type: ITEM_GROUP, group_action_type: ACTION_PHOTO_REMOVED });
  });
}

/** Gives a conversation, also one of two, another background. */
export function setBackground(store: Store, change: GroupChange): Inserted {
  return transact(store, () =>
    insertChange(store, change, { item_type: ITEM_GROUP, group_action_type: ACTION_BACKGROUND_SET }),
  );
}

/** Takes a conversation's background away. */
export function removeBackground(store: Store, change: GroupChange): Inserted {
  return transact(store, () =>
    insertChange(store, change, { item_type: ITEM_GROUP, group_action_type: ACTION_BACKGROUND_REMOVED }),
  );
}

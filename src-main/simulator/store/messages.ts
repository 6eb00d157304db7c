import { appleNanoseconds } from "../apple-time.ts";
import { MAC_LINE, STYLE_GROUP } from "../macos.ts";
import { messageBody, type Piece, piecesOf, textOfOwnBody } from "../message-body.ts";
import { type NewFile, type StoredAttachment, storeAttachment } from "./attachments.ts";
import { type Actor, type Conversation, handleOf, NotInMessages, participantsOf } from "./conversations.ts";
import type { MessageRow, NewMessage } from "./statements.ts";
import { newGuid, type Store, transact } from "./store.ts";

/** What a new message says and how it travels. Times in milliseconds since 1970. */
export interface MessageDraft {
  chat: Conversation;
  /** Plain text (web addresses become links), or pieces for mentions and styles. */
  text?: string | readonly Piece[];
  files?: readonly NewFile[];
  /** Default: now. */
  at?: number;
  /** Default: the conversation's. */
  service?: string;
  /** The guid of the message this one replies to. */
  replyTo?: string;
  /** `expressive_send_style_id`. */
  effect?: string;
}

/** A row that was inserted. */
export interface Inserted {
  id: number;
  guid: string;
}

/** Somebody else wrote. `read` says that the Mac's owner has read it already. */
export function receiveMessage(
  store: Store,
  draft: MessageDraft & { from: string; read?: boolean },
): Inserted {
  const read = draft.read === true;
  return insertOrdinary(store, draft, { address: draft.from }, (date) => ({
    is_read: read ? 1 : 0,
    date_read: read ? date + 60_000_000_000n : 0n,
    is_delivered: 1,
    is_sent: 0,
  }));
}

/** The Mac's owner wrote. `sending` leaves it unsent, as a row is when Messages has just made it. */
export function sendMessage(store: Store, draft: MessageDraft & { state: "sending" | "sent" }): Inserted {
  return insertOrdinary(store, draft, "me", () => ({ is_sent: draft.state === "sent" ? 1 : 0 }));
}

/** The empty row without a conversation that macOS 26 leaves after a group send that went nowhere. */
export function insertLostSend(store: Store, service: string): Inserted {
  return insertRow(store, null, {
    ...blankRow(store, service, store.clock.now()),
    is_from_me: 1,
    is_empty: 1,
    part_count: 0,
  });
}

/** A message by guid. Throws NotInMessages. */
export function findMessage(store: Store, guid: string): MessageRow {
  const message = store.sql.messageByGuid.get(guid);
  if (message === undefined) throw new NotInMessages(`Simulated Messages has no message ${guid}.`);
  return message;
}

/** The text of a message this simulator wrote; empty for one without. */
export function textOf(message: MessageRow): string {
  return textOfOwnBody(message.body) ?? message.text ?? "";
}

/** A row with nothing in it yet but a guid and a date. */
export function blankRow(store: Store, service: string, at: number): NewMessage {
  return {
    guid: newGuid(store),
    text: null,
    attributedBody: null,
    handle_id: 0,
    version: 10,
    service,
    account: `P:${MAC_LINE}`,
    error: 0,
    date: appleNanoseconds(at),
    date_read: 0n,
    date_delivered: 0n,
    is_delivered: 0,
    is_finished: 1,
    is_from_me: 0,
    is_empty: 0,
    is_read: 0,
    is_sent: 0,
    is_audio_message: 0,
    was_data_detected: 1,
    item_type: 0,
    other_handle: 0,
    group_title: null,
    group_action_type: 0,
    associated_message_guid: null,
    associated_message_type: 0,
    associated_message_range_length: 0,
    associated_message_emoji: null,
    expressive_send_style_id: null,
    message_summary_info: null,
    destination_caller_id: MAC_LINE,
    reply_to_guid: null,
    thread_originator_guid: null,
    thread_originator_part: null,
    part_count: 1,
    ck_chat_id: null,
    cache_has_attachments: 0,
    cache_roomnames: null,
  };
}

/** Inserts a row and joins it to its conversation. Runs inside the caller's transaction. */
export function insertRow(store: Store, chat: Conversation | null, row: NewMessage): Inserted {
  const previous = chat === null || row.item_type !== 0 ? undefined : store.sql.lastGuidIn.get(chat.id);
  const complete: NewMessage = {
    ...row,
    // Messages points at the previous message on ordinary rows too: it does not mean a reply.
    reply_to_guid: row.associated_message_guid === null ? (previous?.guid ?? null) : null,
    ck_chat_id: chat?.guid ?? null,
  };
  const id = Number(store.sql.insertMessage.run(complete).lastInsertRowid);
  if (chat !== null) store.sql.joinMessage.run(chat.id, id, row.date);
  return { id, guid: row.guid };
}

function insertOrdinary(
  store: Store,
  draft: MessageDraft,
  who: Actor,
  state: (date: bigint) => Partial<NewMessage>,
): Inserted {
  return transact(store, () => {
    const at = draft.at ?? store.clock.now();
    const service = draft.service ?? draft.chat.service;
    const row = blankRow(store, service, at);
    const fromMe = who === "me";
    const files = (draft.files ?? []).map((file, index) =>
      storeAttachment(store, file, { guid: row.guid, index, fromMe, at }),
    );
    const body = messageBody(allPieces(draft.text ?? "", files));
    const inserted = insertRow(store, draft.chat, {
      ...row,
      text: store.macos < 15 ? body.text : null,
      attributedBody: body.encoded,
      part_count: body.parts,
      handle_id: fromMe ? recipientOf(store, draft.chat) : handleOf(store, who, service),
      is_from_me: fromMe ? 1 : 0,
      is_audio_message: files.some((file) => file.isAudio) ? 1 : 0,
      expressive_send_style_id: draft.effect ?? null,
      thread_originator_guid: draft.replyTo ?? null,
      thread_originator_part: draft.replyTo === undefined ? null : replyRange(store, draft.replyTo),
      ...state(row.date),
    });
    for (const file of files) store.sql.joinAttachment.run(inserted.id, file.rowId);
    return inserted;
  });
}

/** A sent message names the other person's handle in a conversation of two, and nobody in a group. */
function recipientOf(store: Store, chat: Conversation): number {
  return chat.style === STYLE_GROUP ? 0 : (participantsOf(store, chat)[0]?.id ?? 0);
}

function allPieces(text: string | readonly Piece[], files: readonly StoredAttachment[]): Piece[] {
  const pieces = typeof text === "string" ? piecesOf(text) : text;
  return [...files.map((file) => ({ attachment: file.guid, name: file.name })), ...pieces];
}

/** Part, start and length of what a reply refers to: the first part as a whole. */
function replyRange(store: Store, guid: string): string {
  return `0:0:${textOf(findMessage(store, guid)).length}`;
}

import { appleNanoseconds } from "../apple-time.ts";
import { accountOf, MAC_LINE, STYLE_GROUP } from "../macos.ts";
import { messageBody, type Piece, piecesOf } from "../message-body.ts";
import { type NewFile, pieceOf, type StoredAttachment, storeAttachment } from "./attachments.ts";
import { type Actor, type Conversation, handleOf, NotInMessages, participantsOf } from "./conversations.ts";
import { partsOf } from "./parts.ts";
import type { MessageRow, NewMessage } from "./rows.ts";
import { type ColumnValues, setColumns } from "./set-columns.ts";
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
  /** The guid of the message this one replies to, and which of its parts; default the first. */
  replyTo?: string;
  replyToPart?: number;
  /** `expressive_send_style_id`. */
  effect?: string;
  subject?: string;
  /** Which of this Mac's lines it came to or left by; default the conversation's. */
  line?: string;
  /** Default: a new one. iCloud brings messages back under the guid they had. */
  guid?: string;
  /** Leaves out the row that joins it to its conversation, which Messages may write later. */
  withoutJoin?: boolean;
  /** Further columns of `message`, written as they are. */
  columns?: ColumnValues;
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

/** A row with nothing in it yet but a guid and a date. */
export function blankRow(store: Store, service: string, at: number): NewMessage {
  return {
    guid: newGuid(store),
    text: null,
    attributedBody: null,
    handle_id: 0,
    version: 10,
    service,
    account: accountOf(MAC_LINE),
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

/** Inserts a row, with further columns as they are, and joins it to its conversation. Runs inside the caller's transaction. */
export function insertRow(
  store: Store,
  chat: Conversation | null,
  row: NewMessage,
  columns: ColumnValues = {},
): Inserted {
  const previous = chat === null || row.item_type !== 0 ? undefined : store.sql.lastGuidIn.get(chat.id);
  const complete: NewMessage = {
    ...row,
    // Messages points at the previous message on ordinary rows too: it does not mean a reply.
    reply_to_guid: row.associated_message_guid === null ? (previous?.guid ?? null) : null,
    ck_chat_id: chat?.guid ?? null,
  };
  const id = Number(store.sql.insertMessage.run(complete).lastInsertRowid);
  setColumns(store, "message", id, columns);
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
    const blank = blankRow(store, service, at);
    const row = { ...blank, guid: draft.guid ?? blank.guid };
    const fromMe = who === "me";
    const files = (draft.files ?? []).map((file, index) =>
      storeAttachment(store, file, { guid: row.guid, index, fromMe, at }),
    );
    const body = messageBody(allPieces(draft.text ?? "", files));
    const line = draft.line ?? store.sql.lineOf.get(draft.chat.id)?.line ?? MAC_LINE;
    const complete: NewMessage = {
      ...row,
      destination_caller_id: line,
      account: accountOf(line),
      text: store.macos < 15 ? body.text : null,
      attributedBody: body.encoded,
      part_count: body.parts,
      handle_id: fromMe ? recipientOf(store, draft.chat, service) : handleOf(store, who, service),
      is_from_me: fromMe ? 1 : 0,
      is_audio_message: files.some((file) => file.isAudio) ? 1 : 0,
      expressive_send_style_id: draft.effect ?? null,
      thread_originator_guid: draft.replyTo ?? null,
      thread_originator_part:
        draft.replyTo === undefined ? null : replyRange(store, draft.replyTo, draft.replyToPart ?? 0),
      ...state(row.date),
    };
    const inserted = insertRow(store, draft.withoutJoin ? null : draft.chat, complete, {
      subject: draft.subject ?? null,
      ck_chat_id: draft.chat.guid,
      sent_or_received_off_grid: service === "iMessageLite" ? 1 : 0,
      ...draft.columns,
    });
    for (const file of files) store.sql.joinAttachment.run(inserted.id, file.rowId);
    return inserted;
  });
}

/** A sent message names the other person's handle on its service in a conversation of two, nobody in a group. */
function recipientOf(store: Store, chat: Conversation, service: string): number {
  const [other] = chat.style === STYLE_GROUP ? [] : participantsOf(store, chat);
  return other === undefined ? 0 : handleOf(store, other, service);
}

function allPieces(text: string | readonly Piece[], files: readonly StoredAttachment[]): Piece[] {
  const pieces = typeof text === "string" ? piecesOf(text) : text;
  return [...files.map(pieceOf), ...pieces];
}

/** Part, start and length of what a reply refers to: a part as a whole. */
function replyRange(store: Store, guid: string, number: number): string {
  const parts = partsOf(store, findMessage(store, guid));
  const part = parts.find((candidate) => candidate.number === number);
  return `${number}:0:${part?.text.length ?? 0}`;
}

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import type { Randomness } from "../ports/randomness.ts";
import { appleNanoseconds } from "./apple-time.ts";
import { sampleSentence } from "./large-database-words.ts";
import { type Macos, STYLE_GROUP } from "./macos.ts";
import { messageBody } from "./message-body.ts";
import { assertNotRealMessages } from "./real-messages-guard.ts";
import { samplePicture } from "./sample-files.ts";
import { createIndexes, createTables, createTriggers } from "./schema/create-schema.ts";
import { seededChance } from "./seeded-chance.ts";
import { type Conversation, createGroup, ensureDirect, participantsOf } from "./store/conversations.ts";
import { blankRow } from "./store/messages.ts";
import type { NewMessage } from "./store/rows.ts";
import { prepareStatements } from "./store/statements.ts";
import type { Store } from "./store/store.ts";
import { encodeSummary, version } from "./summary-info.ts";

/** What to make. */
export interface LargeDatabaseOptions {
  path: string;
  macos: Macos;
  messages: number;
  conversations: number;
  seed: number;
  /** The date of the last message, in milliseconds since 1970. */
  now: number;
  /** Replaces a database that is there. */
  force?: boolean;
  onProgress?: (done: number) => void;
}

const DAY = 86_400_000;
const SPAN = 6 * 365 * DAY;
const BATCH = 20_000;
const GROUP_SHARE = 0.15;
const SMS_SHARE = 0.1;
const SHARES = [
  ["reaction", 0.06],
  ["picture", 0.05],
  ["reply", 0.03],
  ["edit", 0.01],
  ["unsend", 0.002],
  ["rename", 0.001],
] as const;
const FROM_ME_SHARE = 0.45;
const PICTURES = 8;
/** With 1.15 the hottest of 2,000 conversations holds a fifth of all messages, the last thirty in a million. */
const STEEPNESS = 1.15;

interface Room {
  chat: Conversation;
  handles: number[];
  lastGuid: string | null;
}

/**
 * Makes a large chat.db for benchmarks: one conversation is hot, few hold most messages and the many others
 * little (a power law), dates rise over six years, about a seventh are groups; with attachments, tapbacks,
 * replies, edits and unsends. Indexes and triggers are made last, which is faster and leaves the same schema. Throws when the file exists and `force` is not set.
 */
export function makeLargeDatabase(options: LargeDatabaseOptions): void {
  const path = resolve(options.path);
  assertNotRealMessages(path);
  if (existsSync(path) && !options.force) {
    throw new Error(`${path} is there already. Choose another --out, or replace it with --force.`);
  }
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  const database = new Sqlite(path);
  try {
    // Whoever kills this run throws the file away, so nothing has to survive it.
    database.pragma("journal_mode = OFF");
    database.pragma("synchronous = OFF");
    database.pragma("cache_size = -262144");
    createTables(database, options.macos);
    fill(database, path, options);
    createIndexes(database, options.macos);
    createTriggers(database, options.macos);
    database.pragma("journal_mode = WAL");
  } finally {
    database.close();
  }
}

function fill(database: Sqlite.Database, path: string, options: LargeDatabaseOptions): void {
  const chance = seededChance(options.seed);
  const store: Store = {
    database,
    sql: prepareStatements(database, options.macos),
    macos: options.macos,
    attachments: join(dirname(path), "Attachments"),
    clock: { now: () => options.now },
    randomness: chance,
  };
  const pictures = writePictures(store.attachments);
  const rooms = database.transaction(() => makeRooms(store, options.conversations, chance))();
  const pick = zipf(rooms.length);
  const step = SPAN / Math.max(1, options.messages);
  const insertSome = database.transaction((from: number, to: number) => {
    for (let n = from; n < to; n++) {
      const room = rooms[pick(chance.fraction())];
      const at = options.now - SPAN + (n + chance.fraction()) * step;
      if (room !== undefined) insertOne(store, room, pictures, at, chance);
    }
  });
  for (let done = 0; done < options.messages; done += BATCH) {
    const end = Math.min(done + BATCH, options.messages);
    insertSome(done, end);
    options.onProgress?.(end);
  }
}

function insertOne(
  store: Store,
  room: Room,
  pictures: readonly string[],
  at: number,
  { fraction }: Randomness,
): void {
  const { chat, handles } = room;
  const group = chat.style === STYLE_GROUP;
  const kind = room.lastGuid === null ? "text" : kindFor(fraction(), group);
  const fromMe = fraction() < FROM_ME_SHARE;
  const row = blankRow(store, chat.service, at);
  const sender = handles[Math.floor(fraction() * handles.length)] ?? 0;
  const common: NewMessage = {
    ...row,
    handle_id: fromMe && group ? 0 : sender,
    is_from_me: fromMe ? 1 : 0,
    is_sent: fromMe ? 1 : 0,
    is_delivered: 1,
    date_delivered: fromMe ? row.date + 800_000_000n : 0n,
    is_read: 1,
    date_read: group && fromMe ? 0n : row.date + 60_000_000_000n,
    reply_to_guid: kind === "reaction" ? null : room.lastGuid,
    ck_chat_id: chat.guid,
    cache_roomnames: group ? chat.identifier : null,
  };
  if (kind === "rename") {
    const title = sampleSentence(fraction).slice(0, 30);
    insertJoined(store, room, { ...common, item_type: 2, group_title: title, part_count: 0 });
    return;
  }
  const picture = kind === "picture" ? pictures[Math.floor(fraction() * PICTURES)] : undefined;
  const guid = fromMe ? row.guid : `at_0_${row.guid}`;
  const text = kind === "reaction" ? "Loved a message" : sampleSentence(fraction);
  const file = picture === undefined ? [] : [{ attachment: guid, name: "photo.png" }];
  const body = messageBody([...file, { text }]);
  const id = insertJoined(store, room, {
    ...common,
    text: store.macos < 15 ? body.text : null,
    attributedBody: body.encoded,
    part_count: body.parts,
    associated_message_guid: kind === "reaction" ? `p:0/${room.lastGuid}` : null,
    associated_message_type: kind === "reaction" ? 2000 + Math.floor(fraction() * 6) : 0,
    thread_originator_guid: kind === "reply" ? room.lastGuid : null,
    thread_originator_part: kind === "reply" ? "0:0:5" : null,
    cache_has_attachments: picture === undefined ? 0 : 1,
  });
  if (kind !== "reaction") room.lastGuid = row.guid;
  if (picture !== undefined) attach(store, id, guid, picture, fromMe);
  if (kind === "edit" || kind === "unsend") rewrite(store, { id, kind, text, at, body: body.encoded });
}

type Kind = "text" | "reaction" | "picture" | "reply" | "edit" | "unsend" | "rename";

/** What the dice make of a message. Only groups change their name. */
function kindFor(dice: number, group: boolean): Kind {
  let left = dice;
  for (const [kind, share] of SHARES) {
    left -= share;
    if (left < 0) return kind === "rename" && !group ? "text" : kind;
  }
  return "text";
}

function insertJoined(store: Store, { chat }: Room, row: NewMessage): number {
  const id = Number(store.sql.insertMessage.run(row).lastInsertRowid);
  store.sql.joinMessage.run(chat.id, id, row.date);
  return id;
}

/** A message edited or unsent half a minute after it was written. macOS 12 knows neither. */
function rewrite(
  store: Store,
  message: { id: number; kind: "edit" | "unsend"; text: string; at: number; body: Buffer },
): void {
  const { id, kind, text, at } = message;
  const later = at + 30_000;
  const otr = { 0: { lo: 0, le: text.length } };
  if (kind === "unsend") {
    const summary = encodeSummary({ otr, ec: {}, rp: [0] });
    store.sql.rewrite?.run({ id, text: null, body: null, summary, at: appleNanoseconds(later), parts: 0 });
    return;
  }
  const edited = messageBody([{ text: `${text}!` }]);
  const history = [version(message.body, at), version(edited.encoded, later)];
  store.sql.rewrite?.run({
    id,
    text: store.macos < 15 ? edited.text : null,
    body: edited.encoded,
    summary: encodeSummary({ otr, ec: { 0: history }, rp: [] }),
    at: appleNanoseconds(later),
    parts: 1,
  });
}

function attach(store: Store, message: number, guid: string, filename: string, fromMe: boolean): void {
  const inserted = store.sql.insertAttachment.run({
    guid,
    created: 0,
    filename,
    uti: "public.png",
    mimeType: "image/png",
    state: 5,
    outgoing: fromMe ? 1 : 0,
    name: "photo.png",
    bytes: 1000,
  });
  store.sql.joinAttachment.run(message, Number(inserted.lastInsertRowid));
}

/** All attachment rows share a few real files: a benchmark needs rows, not gigabytes. */
function writePictures(folder: string): string[] {
  const shared = join(folder, "00", "00");
  mkdirSync(shared, { recursive: true });
  return Array.from({ length: PICTURES }, (_, n) => {
    const file = join(shared, `photo-${n}.png`);
    writeFileSync(file, samplePicture((n * 360) / PICTURES));
    return file;
  });
}

function makeRooms(store: Store, count: number, { fraction }: Randomness): Room[] {
  const address = (n: number): string => `+1555${String(1_000_000 + n)}`;
  return Array.from({ length: count }, (_, n) => {
    const group = fraction() < GROUP_SHARE;
    const members = Array.from({ length: 3 + Math.floor(fraction() * 6) }, () =>
      address(Math.floor(fraction() * count)),
    );
    const chat = group
      ? createGroup(store, { name: fraction() < 0.6 ? `Group ${n}` : null, addresses: members })
      : ensureDirect(store, address(n), fraction() < SMS_SHARE ? "SMS" : "iMessage");
    return { chat, handles: participantsOf(store, chat).map(({ id }) => id), lastGuid: null };
  });
}

/** Chooses a rank from 0 so that rank n comes up in proportion to 1/(n+1)^STEEPNESS. */
function zipf(count: number): (fraction: number) => number {
  const sums = new Float64Array(count);
  let total = 0;
  for (let n = 0; n < count; n++) {
    total += (n + 1) ** -STEEPNESS;
    sums[n] = total;
  }
  return (fraction) => {
    const wanted = fraction * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import type { Randomness } from "../ports/randomness.ts";
import { sampleSentence } from "./large-database-words.ts";
import { type Macos, STYLE_GROUP } from "./macos.ts";
import { messageBody } from "./message-body.ts";
import { assertNotRealMessages } from "./real-messages-guard.ts";
import { samplePicture } from "./sample-files.ts";
import { createIndexes, createTables, createTriggers } from "./schema/create-schema.ts";
import { seededChance } from "./seeded-chance.ts";
import { type Conversation, createGroup, ensureDirect, participantsOf } from "./store/conversations.ts";
import { blankRow } from "./store/messages.ts";
import type { NewMessage } from "./store/statements.ts";
import { prepareStatements } from "./store/statements.ts";
import type { Store } from "./store/store.ts";

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
const REACTION_SHARE = 0.06;
const ATTACHMENT_SHARE = 0.05;
const FROM_ME_SHARE = 0.45;
const PICTURES = 8;

interface Room {
  chat: Conversation;
  handles: number[];
  lastGuid: string | null;
}

/**
 * Makes a large chat.db for benchmarks: few conversations hold most messages (as Zipf has it), dates rise over
 * six years, about a seventh are groups; with attachments and tapbacks. Indexes and triggers are made last,
 * which is faster and leaves the same schema. Throws when the file exists and `force` is not set.
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
    createTriggers(database);
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
  const dice = fraction();
  const { chat, handles } = room;
  const fromMe = fraction() < FROM_ME_SHARE;
  const row = blankRow(store, chat.service, at);
  const reaction = dice < REACTION_SHARE && room.lastGuid !== null;
  const picture =
    !reaction && dice > 1 - ATTACHMENT_SHARE ? pictures[Math.floor(fraction() * PICTURES)] : undefined;
  const text = reaction ? "Loved a message" : sampleSentence(fraction);
  const guid = fromMe ? row.guid : `at_0_${row.guid}`;
  const body = messageBody([
    ...(picture === undefined ? [] : [{ attachment: guid, name: "photo.png" }]),
    { text },
  ]);
  const group = chat.style === STYLE_GROUP;
  const sender = handles[Math.floor(fraction() * handles.length)] ?? 0;
  const complete: NewMessage = {
    ...row,
    text: store.macos < 15 ? body.text : null,
    attributedBody: body.encoded,
    part_count: body.parts,
    handle_id: fromMe && group ? 0 : sender,
    is_from_me: fromMe ? 1 : 0,
    is_sent: fromMe ? 1 : 0,
    is_delivered: 1,
    date_delivered: fromMe ? row.date + 800_000_000n : 0n,
    is_read: 1,
    date_read: group && fromMe ? 0n : row.date + 60_000_000_000n,
    reply_to_guid: reaction ? null : room.lastGuid,
    associated_message_guid: reaction ? `p:0/${room.lastGuid}` : null,
    associated_message_type: reaction ? 2000 + Math.floor(fraction() * 6) : 0,
    ck_chat_id: chat.guid,
    cache_roomnames: group ? chat.identifier : null,
    cache_has_attachments: picture === undefined ? 0 : 1,
  };
  const id = Number(store.sql.insertMessage.run(complete).lastInsertRowid);
  store.sql.joinMessage.run(chat.id, id, row.date);
  if (!reaction) room.lastGuid = row.guid;
  if (picture !== undefined) attach(store, id, guid, picture, fromMe);
}

function attach(store: Store, message: number, guid: string, filename: string, fromMe: boolean): void {
  const inserted = store.sql.insertAttachment.run({
    guid,
    created: 0,
    filename,
    uti: "public.png",
    mimeType: "image/png",
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

/** Chooses a rank from 0 so that rank n comes up in proportion to 1/(n+1). */
function zipf(count: number): (fraction: number) => number {
  const sums = new Float64Array(count);
  let total = 0;
  for (let n = 0; n < count; n++) {
    total += 1 / (n + 1);
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

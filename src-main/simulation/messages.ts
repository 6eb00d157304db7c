import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SendService } from "../../src-shared/domain/outbox.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import {
  closeMessageStore,
  deleteForGood,
  deleteMessage,
  editMessage,
  ensureDirect,
  failMessage,
  findByGuid,
  findConversation,
  findMessage,
  insertLostSend,
  markDelivered,
  markRead,
  markSent,
  type NewFile,
  openMessageStore,
  REACTION_KINDS,
  react,
  receiveMessage,
  removeReaction,
  restoreMessage,
  type Store,
  sendMessage,
  transact,
  unsendMessage,
} from "../simulator/message-store.ts";
import type { Chance } from "./chance.ts";
import type { Stage } from "./stage.ts";
import { type Written, written } from "./truth.ts";

/** Who writes. */
export const PEOPLE = ["+15550111", "+15550112", "maya@example.com"] as const;
export const GROUP = "Climbing";

/** Messages and the people in it: writes to chat.db, and keeps account of what really happened. */
export interface Messages {
  path: string;
  rows(): readonly Written[];
  /** Between one and a few changes in one COMMIT; `isTorn` is called before it, and true ends it without one. */
  commit(chance: Chance, isTold: (guid: string) => boolean, isTorn?: () => boolean): string[];
  /** A row of this Mac's own, as a send makes it; null when its chat is gone. */
  send(draft: SendDraft): Written | null;
  /** What happens next to one of those: it leaves, is delivered, is read; or fails. */
  advance(row: Written, fails: boolean): boolean;
  /** What macOS 26 leaves of some sends to a group. */
  leaveEmptyRow(): void;
  /** Whether there is a chat with exactly this guid. */
  hasChat(guid: string): boolean;
  /** The group's guid. */
  group(): string;
  /** Everybody who was on their way arrives, so that nothing is left undecided. */
  decide(): void;
  /** Remembers chat.db as it is, for `putBack`. */
  backUp(): void;
  hasBackup(): boolean;
  /** Puts the copy in the place of chat.db: another file, with fewer rows. */
  putBack(): void;
  /** Puts the same rows under other ROWIDs in another file. */
  renumber(): void;
}

/** What Messages is given. */
export interface SendDraft {
  to: { guid: string } | { address: string; service: SendService };
  text?: string;
  file?: { name: string; sizeBytes: number };
  /** The guid of what it answers. */
  replyTo?: string | null;
  state: "sending" | "sent" | "failed";
  /** When Messages dates it (ms since 1970); null for now. */
  at: number | null;
}

type Change =
  | "sent"
  | "delivered"
  | "read"
  | "failed"
  | "resend"
  | "edit"
  | "unsend"
  | "bin"
  | "restore"
  | "delete";
type Act = "receive" | "send" | "react" | "unreact" | Change;

const ACTS: Readonly<Record<Act, number>> = {
  receive: 10,
  send: 4,
  react: 2,
  unreact: 1,
  sent: 4,
  delivered: 4,
  read: 3,
  failed: 1,
  resend: 1,
  edit: 2,
  unsend: 1,
  bin: 1,
  restore: 1,
  delete: 1,
};

/** Messages dies in the middle of a transaction. */
class Torn extends Error {}

/** Something that was written, and what of it is true once the transaction is committed. */
interface Made {
  words: string;
  isTrue(): void;
}

/** Messages on a stage, which holds the chats already. */
export function openMessages(stage: Stage, clock: Clock, randomness: Randomness): Messages {
  const { path, folder } = stage;
  const backup = join(folder, "backup.db");
  stage.begin(clock, randomness);
  const rows: Written[] = [];
  let kept: ReadonlySet<string> | null = null;

  const replace = (other: string): void => stage.reopen(() => renameSync(other, path));
  const copyTo = (file: string): void => {
    rmSync(file, { force: true });
    stage.store().database.prepare("VACUUM INTO ?").run(file);
  };

  return {
    path,
    rows: () => rows,
    commit(chance, isTold, isTorn = () => false) {
      const made: Made[] = [];
      const busy = new Set<string>();
      try {
        const store = stage.store();
        transact(store, () => {
          const most = chance.happens(0.7) ? 1 : chance.between(2, 6);
          for (let at = 0; at < most; at += 1) {
            const one = act(store, rows, chance, busy, isTold);
            if (one !== null) made.push(one);
          }
          if (isTorn()) throw new Torn();
        });
      } catch (thrown) {
        if (!(thrown instanceof Torn)) throw thrown;
        return made.map(({ words }) => words);
      }
      for (const { isTrue } of made) isTrue();
      return made.map(({ words }) => words);
    },
    send(draft) {
      const store = stage.store();
      const { to, text, file, replyTo, state } = draft;
      const chat = "guid" in to ? findByGuid(store, to.guid) : ensureDirect(store, to.address, to.service);
      if (chat === null) return null;
      const at = draft.at ?? clock.now();
      const isThere = replyTo && store.sql.messageByGuid.get(replyTo) !== undefined;
      const inserted = transact(store, () => {
        const made = sendMessage(store, {
          chat,
          at,
          state: state === "sent" ? "sent" : "sending",
          ...(text === undefined ? {} : { text }),
          ...(file ? { files: [{ name: file.name, content: new Uint8Array(file.sizeBytes) }] } : {}),
          ...(isThere ? { replyTo } : {}),
        });
        if (state === "failed") failMessage(store, made.id, 22);
        return made;
      });
      const row = written({ ...inserted, kind: "message", own: true, at });
      row.sent = state === "sent";
      row.failed = state === "failed";
      row.isFile = file !== undefined;
      rows.push(row);
      return row;
    },
    advance(row, fails) {
      if (row.isGone || row.isFrozen || row.deleted === "for good") return false;
      const next = fails ? "failed" : row.delivered ? "read" : row.sent ? "delivered" : "sent";
      const isTrue = change(stage.store(), next, row, false);
      isTrue?.();
      return isTrue !== null;
    },
    leaveEmptyRow: () => void insertLostSend(stage.store(), "iMessage"),
    hasChat: (guid) => findByGuid(stage.store(), guid) !== null,
    group: () => findConversation(stage.store(), GROUP).guid,
    decide() {
      for (const row of rows) {
        if (row.kind !== "message" || !row.own || row.sent || row.failed) continue;
        if (row.isGone || row.isFrozen || row.deleted === "for good") continue;
        markSent(stage.store(), row.id);
        row.sent = true;
      }
    },
    backUp() {
      copyTo(backup);
      kept = new Set(rows.filter(({ isGone }) => !isGone).map(({ guid }) => guid));
    },
    hasBackup: () => kept !== null,
    putBack() {
      replace(backup);
      for (const row of rows) {
        row.isLaterDoubtful = true;
        row.isFrozen = true;
        if (!kept?.has(row.guid)) row.isGone = true;
      }
      kept = null;
    },
    renumber() {
      const other = join(folder, "renumbered.db");
      copyTo(other);
      const copy = openMessageStore({ path: other, clock, randomness });
      const idOf = renumberRows(copy);
      closeMessageStore(copy);
      replace(other);
      for (const row of rows) {
        row.id = idOf(row.id);
        row.isLaterDoubtful = true;
      }
    },
  };
}

/** Does one thing; null when there is nothing to do it to. */
function act(
  store: Store,
  rows: Written[],
  chance: Chance,
  busy: Set<string>,
  isTold: (guid: string) => boolean,
): Made | null {
  const name = chance.weighted(ACTS);
  if (name === "receive" || name === "send") return insert(store, rows, chance, name);
  const free = rows.filter(
    ({ guid, kind, isGone, isFrozen, deleted }) =>
      kind === "message" && !isGone && !isFrozen && deleted !== "for good" && !busy.has(guid),
  );
  const row = free.at(-1 - Math.floor(chance.fraction() ** 2 * free.length));
  if (row === undefined) return null;
  busy.add(row.guid);
  if (name === "react" || name === "unreact") return tapback(store, rows, chance, row, name);
  const isTrue = change(store, name, row, isTold(row.guid));
  return isTrue === null ? null : { words: `${name} ${short(row.guid)}`, isTrue };
}

function insert(store: Store, rows: Written[], chance: Chance, name: "receive" | "send"): Made {
  const chat = findConversation(store, chance.happens(0.2) ? GROUP : chance.pick(PEOPLE));
  const state = chance.happens(0.5) ? "sent" : "sending";
  const text = `number ${rows.length}`;
  const isFile = name === "send" && chance.happens(0.1);
  const made =
    name === "receive"
      ? receiveMessage(store, { chat, from: chance.pick(PEOPLE), text })
      : sendMessage(store, { chat, state, ...(isFile ? { files: [picture(rows.length)] } : { text }) });
  const row = written({ ...made, kind: "message", own: name === "send", at: store.clock.now() });
  row.sent = row.own && state === "sent";
  row.delivered = !row.own;
  row.isFile = isFile;
  return { words: `${name} ${short(row.guid)} as row ${row.id}`, isTrue: () => void rows.push(row) };
}

const picture = (number: number): NewFile => ({ name: `by hand ${number}.png`, content: new Uint8Array(9) });

/** A person has one tapback on a message: an earlier one disappears. */
function tapback(
  store: Store,
  rows: Written[],
  chance: Chance,
  { guid: target, unsent, deleted }: Written,
  name: "react" | "unreact",
): Made | null {
  if (unsent || deleted !== "no") return null;
  const address = chance.pick(PEOPLE);
  const by = chance.happens(0.3) ? ("me" as const) : { address };
  const on = { target, by: by === "me" ? by : address };
  const earlier = rows.filter(
    (row) => row.kind === "reaction" && !row.isGone && row.on?.target === target && row.on.by === on.by,
  );
  if (name === "unreact" && (earlier.length === 0 || earlier.some(({ isFrozen }) => isFrozen))) return null;
  const kind = chance.pick([REACTION_KINDS[0] ?? "love", "like", "laugh", "🎉"]);
  const made = (name === "react" ? react : removeReaction)(store, { target, by, kind });
  const row = written({
    ...made,
    kind: name === "react" ? "reaction" : "removal",
    own: by === "me",
    at: store.clock.now(),
  });
  row.on = on;
  return {
    words: `${name} ${short(row.guid)} on ${short(target)} as row ${row.id}`,
    isTrue() {
      for (const gone of earlier) gone.isGone = true;
      rows.push(row);
    },
  };
}

/** What then is true of the row; null when it cannot happen to it now. */
function change(store: Store, name: Change, row: Written, isTold: boolean): (() => void) | null {
  const { guid, id } = row;
  const now = store.clock.now();
  const isHere = row.deleted === "no";
  const hasLeft = row.sent && !row.failed;
  const canChange = isHere && !row.unsent && (!row.own || hasLeft);
  switch (name) {
    case "sent":
      if (!row.own || row.sent || row.failed) return null;
      markSent(store, id);
      return () => {
        row.sent = true;
      };
    case "delivered":
      if (!row.own || !hasLeft || row.delivered) return null;
      markDelivered(store, id);
      return () => {
        row.delivered = true;
      };
    case "read":
      if (!row.delivered || row.read || !isHere) return null;
      markRead(store, findMessage(store, guid));
      return () => {
        row.read = true;
        if (isTold) row.owed.add("message.read");
      };
    case "failed":
      if (!row.own || row.delivered || row.failed) return null;
      failMessage(store, id, 22);
      return () => {
        row.failed = true;
      };
    case "resend":
      // Somebody presses Try Again in Messages' own window, which writes the same row.
      if (!row.own || !row.failed || row.sent) return null;
      resendMessage(store, id);
      return () => {
        row.failed = false;
        row.wasFailed = true;
        row.sent = true;
      };
    case "edit":
      if (!canChange || row.isFile) return null;
      editMessage(store, { guid, text: `edited for the ${row.edits + 1}. time${"!".repeat(row.edits)}` });
      return () => {
        row.edits += 1;
        // An edit that is dated before the last one cannot be told from what comes late.
        if (isTold && now > row.lastEditAt) row.owed.add("message.edited");
        row.lastEditAt = Math.max(row.lastEditAt, now);
      };
    case "unsend":
      if (!canChange) return null;
      unsendMessage(store, { guid });
      return () => {
        row.unsent = true;
        // Both write the same column: what was both since the last look is told as unsent.
        row.owed.delete("message.edited");
        if (isTold && now > row.lastEditAt) row.owed.add("message.unsent");
      };
    case "bin":
      if (!isHere) return null;
      deleteMessage(store, { guid });
      return () => {
        row.deleted = "for now";
        row.wasDeleted = true;
      };
    case "restore":
      if (row.deleted !== "for now") return null;
      restoreMessage(store, { guid });
      return () => {
        row.deleted = "no";
      };
    case "delete":
      deleteForGood(store, { guid });
      return () => {
        row.deleted = "for good";
      };
  }
}

function resendMessage({ database }: Store, id: number): void {
  database.prepare("UPDATE message SET error = 0, is_sent = 1 WHERE ROWID = ?").run(id);
}

/** Turns the order of the rows around, and begins a little higher. Returns what has become of a ROWID. */
function renumberRows({ database }: Store): (id: number) => number {
  const highest =
    database.prepare<[], number>("SELECT COALESCE(MAX(ROWID), 0) FROM message").pluck().get() ?? 0;
  const sum = highest + 1;
  database.pragma("foreign_keys = OFF");
  database.transaction(() => {
    for (const [table, column] of NUMBERED) {
      database.prepare(`UPDATE ${table} SET ${column} = -(? - ${column})`).run(sum);
      database.prepare(`UPDATE ${table} SET ${column} = -${column}`).run();
    }
  })();
  return (id) => sum - id;
}

/** Where a message's ROWID stands. */
const NUMBERED = [
  ["message", "ROWID"],
  ["chat_message_join", "message_id"],
  ["message_attachment_join", "message_id"],
  ["chat_recoverable_message_join", "message_id"],
] as const;

export const short = (guid: string): string => guid.slice(0, 8);

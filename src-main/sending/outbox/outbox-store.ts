import type { OutboxState } from "../../../src-shared/domain/outbox.ts";
import { Fault } from "../../../src-shared/faults.ts";
import { type Database, withoutSync } from "../../storage/database.ts";
import type { Vault } from "../../storage/vault.ts";
import { laneOf } from "../recipient.ts";
import type { Awaited, OutboxItem, OutboxPart } from "./outbox-item.ts";
import {
  CHANGING,
  changingValues,
  ITEM_COLUMNS,
  type ItemRow,
  PART_COLUMNS,
  type PartRow,
  toItem,
  toPart,
} from "./outbox-rows.ts";

/** Where a part is found. */
export interface Place {
  itemId: string;
  position: number;
}

/** A part that was given to Messages and has not ended. */
export interface OpenPart extends Place {
  lane: string;
  dispatchedAt: number;
  messageGuid: string | null;
}

/** What is accepted of a part. */
export type NewPart = Pick<OutboxPart, "kind" | "content" | "name" | "sizeBytes">;
/** What is accepted of an item. */
export type NewItem = Pick<
  OutboxItem,
  "id" | "createdAt" | "chat" | "service" | "replyTo" | "isDryRun" | "isExempt"
>;
/** How many items, to the chat as it was asked for, and when the oldest of them was. */
export interface ChatCount {
  chat: string;
  count: number;
  oldestAt: number;
}

/** The outbox in bellhop.db. Every commit of it is on the disk before anything follows from it. */
export interface OutboxStore {
  /** Commits it; `alongside` runs in the same transaction. */
  add(item: NewItem, parts: readonly NewPart[], alongside?: () => void): void;
  get(id: string): OutboxItem | null;
  /** Newest first; `before` is an item's id. Throws invalid_request when there is no such item. */
  list(question: { state?: OutboxState; before?: string; limit: number }): OutboxItem[];
  /** Writes what has changed from `before` to `after` at that moment (ms since 1970), as one transaction. */
  save(before: OutboxItem, after: OutboxItem, at: number): void;
  /** The part whose turn it is, of those in none of these lanes; null when there is none. */
  nextQueued(heldLanes: readonly string[]): Place | null;
  isAnythingQueued(): boolean;
  /** Parts that were given to Messages and have not ended, the longest waiting first. */
  open(): OpenPart[];
  /**
   * Parts that a row with this date (ms since 1970) may belong to, in a chat that `isMeant`: those whose row is awaited,
   * the longest waiting first; behind them those that ended without one, where their row may have that date.
   */
  unproved(at: number, isMeant: (chat: string) => boolean): Unproved[];
  /** The part that was given to Messages last of all, and its turn; null when none ever was. */
  lastGiven(): (Place & { turn: number }) | null;
  /** The part whose row has this guid. */
  claimedBy(messageGuid: string): Place | null;
  /** Whether so many items are on their way. */
  isFull(most: number): boolean;
  /**
   * Removes items of which nothing is on its way, and nothing has happened since `before` (ms since 1970): so many at
   * most. Returns how many went.
   */
  prune(before: number, most: number): number;
  /** Whether this file is still to be given to Messages, or may just have been. */
  needsFile(path: string): boolean;
  /** Items that have not ended, and parts that were given to Messages at `since` or later and have left. */
  counts(since: number): { waiting: number; sent: number };
  /** Items accepted at `since` or later that are not surely unsent; dry runs are none. */
  accepted(since: number): ChatCount[];
  /** Items of which something was last given to Messages at `since` or later, and not surely refused. */
  dispatched(since: number): ChatCount[];
}

/** A part that was given to Messages and has no row. */
export type Unproved = Pick<Awaited, "part" | "chat" | "replyTo">;

/** Opens the outbox; every statement is prepared once. */
export function openOutboxStore(database: Database, vault: Vault): OutboxStore {
  const item = database.prepare<[string], ItemRow>(`SELECT ${ITEM_COLUMNS} FROM outbox_item WHERE id = ?`);
  const parts = database.prepare<[string], PartRow>(
    `SELECT ${PART_COLUMNS.join(", ")} FROM outbox_part WHERE item_id = ? ORDER BY position`,
  );
  let neededFiles: Set<string> | null = null;
  const writing = prepareWriting(database, vault, () => {
    neededFiles = null;
  });
  const asking = prepareAsking(database);
  const withParts = (row: ItemRow): OutboxItem =>
    toItem(
      row,
      parts.all(row.id).map((part) => toPart(part, vault)),
    );

  return {
    ...writing,
    get(id) {
      const row = item.get(id);
      return row ? withParts(row) : null;
    },
    list({ state, before, limit }) {
      const from = before === undefined ? Number.MAX_SAFE_INTEGER : asking.seqOf.get(before);
      if (from === undefined) {
        throw new Fault("invalid_request", `before: there is no outbox item ${before}`);
      }
      const rows = state === undefined ? asking.page.all(from, limit) : asking.pageOf.all(state, from, limit);
      return rows.map(withParts);
    },
    nextQueued: (heldLanes) => asking.queued.get(JSON.stringify(heldLanes)) ?? null,
    isAnythingQueued: () => asking.anyQueued.get() !== undefined,
    open: () => asking.open.all(),
    unproved: (at, isMeant) =>
      [...asking.awaited.all(), ...asking.ended.all(at, at)]
        .filter(({ chat }) => isMeant(chat))
        .map(({ chat, reply_to, ...row }) => ({ part: toPart(row, vault), chat, replyTo: reply_to })),
    lastGiven: () => asking.lastGiven.get() ?? null,
    claimedBy: (guid) => asking.claimed.get(guid) ?? null,
    isFull: (most) => asking.waitingAt.get(most - 1) !== undefined,
    prune: (before, most) =>
      withoutSync(database, () => asking.prune.run(before, before, before, most).changes),
    needsFile(path) {
      // Whoever sweeps asks this for every file that there is.
      neededFiles ??= new Set(asking.files.all().flatMap((sealed) => openOrNot(vault, sealed)));
      return neededFiles.has(path);
    },
    counts: (since) => ({ waiting: asking.waiting.get() ?? 0, sent: asking.sent.get(since) ?? 0 }),
    accepted: (since) => asking.accepted.all(since),
    dispatched: (since) => asking.dispatched.all(since),
  };
}

function openOrNot(vault: Vault, sealed: Buffer): string[] {
  try {
    return [vault.open(sealed)];
  } catch {
    return [];
  }
}

/** Whatever changes the outbox; `filesChanged` hears of what may change which files are still to be sent. */
function prepareWriting(
  database: Database,
  vault: Vault,
  filesChanged: () => void,
): Pick<OutboxStore, "add" | "save"> {
  const insertItem = database.prepare(
    `INSERT INTO outbox_item (id, created_at, changed_at, chat, lane, service, reply_to, is_dry_run, is_exempt, state, seq)
     VALUES (:id, :createdAt, :createdAt, :chat, :lane, :service, :replyTo, :isDryRun, :isExempt, 'queued',
       (SELECT COALESCE(MAX(seq), 0) + 1 FROM outbox_item))`,
  );
  const insertPart = database.prepare(
    `INSERT INTO outbox_part (item_id, position, kind, sealed_content, sealed_name, size_bytes, state, lane, item_seq)
     SELECT id, :position, :kind, :content, :name, :sizeBytes, 'queued', lane, seq FROM outbox_item WHERE id = :itemId`,
  );
  const updateItem = database.prepare(
    `UPDATE outbox_item SET state = :state, fault = :fault, reason = :reason, revision = :revision, changed_at = :at
     WHERE id = :id`,
  );
  const updatePart = database.prepare(
    `UPDATE outbox_part SET ${CHANGING.map((column) => `${column} = :${column}`).join(", ")}
     WHERE item_id = :itemId AND position = :position`,
  );
  const write = (itemId: string, position: number, { kind, content, name, sizeBytes }: NewPart): void => {
    const sealed = { content: vault.seal(content), name: name === null ? null : vault.seal(name) };
    insertPart.run({ itemId, position, kind, sizeBytes, ...sealed });
    if (kind === "file") filesChanged();
  };
  return {
    add: database.transaction((added: NewItem, contents: readonly NewPart[], alongside?: () => void) => {
      const { isDryRun, isExempt, ...rest } = added;
      const flags = { isDryRun: isDryRun ? 1 : 0, isExempt: isExempt ? 1 : 0 };
      insertItem.run({ ...rest, ...flags, lane: laneOf(added.chat) });
      for (const [position, part] of contents.entries()) write(added.id, position, part);
      alongside?.();
    }),
    save: database.transaction((before: OutboxItem, after: OutboxItem, at: number) => {
      for (const part of after.parts) {
        const { itemId, position } = part;
        const known = before.parts[position];
        if (known === part) continue;
        if (known === undefined) write(itemId, position, part);
        updatePart.run({ itemId, position, ...changingValues(part) });
        if (part.kind === "file") filesChanged();
      }
      const { id, state, fault, reason, revision } = after;
      const isSame =
        state === before.state &&
        fault === before.fault &&
        reason === before.reason &&
        revision === before.revision;
      if (!isSame) updateItem.run({ id, state, fault, reason, revision, at });
    }),
  };
}

/** What is asked again and again costs by what is open, not by what there ever was: each has an index of its own. */
function prepareAsking(database: Database) {
  const place = "item_id AS itemId, position";
  const columns = PART_COLUMNS.map((column) => `p.${column}`).join(", ");
  const unproved = (index: string): string =>
    `SELECT ${columns}, i.chat, i.reply_to FROM outbox_part p INDEXED BY ${index}
     JOIN outbox_item i ON i.id = p.item_id`;
  type UnprovedRow = PartRow & { chat: string; reply_to: string | null };
  return {
    seqOf: database.prepare<[string], number>("SELECT seq FROM outbox_item WHERE id = ?").pluck(),
    page: database.prepare<[number, number], ItemRow>(
      `SELECT ${ITEM_COLUMNS} FROM outbox_item WHERE seq < ? ORDER BY seq DESC LIMIT ?`,
    ),
    pageOf: database.prepare<[string, number, number], ItemRow>(
      `SELECT ${ITEM_COLUMNS} FROM outbox_item WHERE state = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
    ),
    queued: database.prepare<[string], Place>(
      `SELECT ${place} FROM outbox_part INDEXED BY outbox_part_queued
       WHERE state = 'queued' AND lane NOT IN (SELECT value FROM json_each(?))
       ORDER BY item_seq, position LIMIT 1`,
    ),
    anyQueued: database
      .prepare<[], number>(
        "SELECT 1 FROM outbox_part INDEXED BY outbox_part_queued WHERE state = 'queued' LIMIT 1",
      )
      .pluck(),
    open: database.prepare<[], OpenPart>(
      `SELECT ${place}, lane, COALESCE(dispatched_at, 0) AS dispatchedAt, message_guid AS messageGuid
       FROM outbox_part INDEXED BY outbox_part_dispatching WHERE state = 'dispatching'
       ORDER BY dispatched_at, rowid`,
    ),
    lastGiven: database.prepare<[], Place & { turn: number }>(
      `SELECT ${place}, turn FROM outbox_part INDEXED BY outbox_part_turn
       WHERE turn IS NOT NULL ORDER BY turn DESC LIMIT 1`,
    ),
    awaited: database.prepare<[], UnprovedRow>(
      `${unproved("outbox_part_dispatching")} WHERE p.state = 'dispatching' AND p.message_guid IS NULL ORDER BY p.dispatched_at, p.rowid`,
    ),
    ended: database.prepare<[number, number], UnprovedRow>(
      `${unproved("outbox_part_unproved")} WHERE p.message_guid IS NULL AND p.may_have_left = 1
         AND p.row_until >= ? AND p.row_from <= ?
         AND p.state IN ('unknown', 'failed') ORDER BY p.dispatched_at, p.rowid`,
    ),
    claimed: database.prepare<[string], Place>(`SELECT ${place} FROM outbox_part WHERE message_guid = ?`),
    files: database
      .prepare<[], Buffer>(
        "SELECT sealed_content FROM outbox_part WHERE kind = 'file' AND state IN ('queued', 'dispatching')",
      )
      .pluck(),
    waiting: database
      .prepare<[], number>(
        `SELECT COUNT(*) FROM (
           SELECT item_id FROM outbox_part INDEXED BY outbox_part_queued WHERE state = 'queued'
           UNION SELECT item_id FROM outbox_part INDEXED BY outbox_part_dispatching WHERE state = 'dispatching')`,
      )
      .pluck(),
    waitingAt: database
      .prepare<[number], number>(
        "SELECT 1 FROM outbox_item WHERE state IN ('queued', 'dispatching') LIMIT 1 OFFSET ?",
      )
      .pluck(),
    prune: database.prepare<[number, number, number, number]>(
      `DELETE FROM outbox_item WHERE id IN (
         SELECT id FROM outbox_item i INDEXED BY outbox_item_created
         WHERE created_at < ? AND changed_at < ? AND NOT EXISTS (
           SELECT 1 FROM outbox_part p WHERE p.item_id = i.id
             AND (p.state IN ('queued', 'dispatching') OR p.dispatched_at >= ?))
         ORDER BY created_at LIMIT ?)`,
    ),
    sent: database
      .prepare<[number], number>(
        `SELECT COUNT(*) FROM outbox_part INDEXED BY outbox_part_given
         WHERE may_have_left = 1 AND dispatched_at >= ? AND state IN ('sent', 'delivered', 'read')`,
      )
      .pluck(),
    dispatched: database.prepare<[number], ChatCount>(
      `SELECT i.chat, COUNT(*) AS count, MIN(given.at) AS oldestAt FROM (
         SELECT item_id, MAX(dispatched_at) AS at FROM outbox_part INDEXED BY outbox_part_given
         WHERE may_have_left = 1 AND dispatched_at >= ? GROUP BY item_id) AS given
       JOIN outbox_item i ON i.id = given.item_id GROUP BY i.chat`,
    ),
    accepted: database.prepare<[number], ChatCount>(
      `SELECT chat, COUNT(*) AS count, MIN(created_at) AS oldestAt FROM outbox_item i
       WHERE created_at >= ? AND is_dry_run = 0 AND EXISTS (
         SELECT 1 FROM outbox_part p WHERE p.item_id = i.id AND NOT (p.state = 'failed' AND p.may_have_left = 0))
       GROUP BY chat`,
    ),
  };
}

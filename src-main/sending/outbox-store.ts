import { FAULTS, type FaultCode } from "../../src-shared/faults.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";
import type { Awaited, OutboxItem, OutboxPart, OutboxState } from "./outbox-item.ts";

/** The outbox in bellhop.db. What is written here is committed before Messages hears of it. */
export interface OutboxStore {
  add(
    item: Pick<OutboxItem, "id" | "createdAt" | "chat">,
    parts: readonly Pick<OutboxPart, "kind" | "content">[],
  ): void;
  get(id: string): OutboxItem | null;
  /** The oldest part that waits for its turn; null when none does. */
  nextQueued(): OutboxPart | null;
  /**
   * Parts whose row is awaited, the longest waiting first; behind them those given up on, of what was
   * dispatched at `givenUpSince` (ms since 1970) or later.
   */
  awaited(givenUpSince: number): Awaited[];
  /** The part that claimed this row. */
  claimedBy(messageGuid: string): OutboxPart | null;
  /** Takes the part for dispatch; false when somebody else has. */
  markDispatching(part: OutboxPart, at: number, afterRowId: number): boolean;
  claim(part: OutboxPart, messageGuid: string, messageRowId: number): void;
  /** Ends a part; a part that did not make it takes those behind it along. */
  settle(part: OutboxPart, state: OutboxState, fault: FaultCode | null, reason: string | null): void;
  /** Whether this file is still to be given to Messages, or may just have been. */
  needsFile(path: string): boolean;
  counts(since: number): { waiting: number; sent: number };
}

interface ItemRow {
  id: string;
  created_at: number;
  chat: string;
  state: string;
  fault: string | null;
  reason: string | null;
}

interface PartRow {
  item_id: string;
  position: number;
  kind: string;
  sealed_content: Buffer;
  state: string;
  dispatched_at: number | null;
  after_row_id: number | null;
  message_guid: string | null;
  message_row_id: number | null;
}

/** Opens the outbox. */
export function openOutboxStore(database: Database, vault: Vault): OutboxStore {
  const insertItem = database.prepare(
    "INSERT INTO outbox_item (id, created_at, chat, state) VALUES (?, ?, ?, 'queued')",
  );
  const insertPart = database.prepare(
    "INSERT INTO outbox_part (item_id, position, kind, sealed_content, state) VALUES (?, ?, ?, ?, 'queued')",
  );
  const item = database.prepare<[string], ItemRow>("SELECT * FROM outbox_item WHERE id = ?");
  const parts = database.prepare<[string], PartRow>(
    "SELECT * FROM outbox_part WHERE item_id = ? ORDER BY position",
  );
  const queued = database.prepare<[], PartRow>(
    `SELECT p.* FROM outbox_item i JOIN outbox_part p ON p.item_id = i.id
     WHERE i.state IN ('queued', 'dispatching') AND p.state = 'queued'
     ORDER BY i.created_at, i.rowid, p.position LIMIT 1`,
  );
  const awaited = database.prepare<[number], PartRow & { chat: string }>(
    `SELECT p.*, i.chat FROM outbox_part p JOIN outbox_item i ON i.id = p.item_id
     WHERE p.state = 'dispatching' OR (p.state = 'unknown' AND p.dispatched_at >= ?)
     ORDER BY p.state, p.dispatched_at, p.rowid`,
  );
  const claimed = database.prepare<[string], PartRow>("SELECT * FROM outbox_part WHERE message_guid = ?");
  const setDispatching = database.prepare(
    `UPDATE outbox_part SET state = 'dispatching', dispatched_at = ?, after_row_id = ?
     WHERE item_id = ? AND position = ? AND state = 'queued'`,
  );
  const setClaim = database.prepare(
    "UPDATE outbox_part SET message_guid = ?, message_row_id = ? WHERE item_id = ? AND position = ?",
  );
  const setPart = database.prepare("UPDATE outbox_part SET state = ? WHERE item_id = ? AND position = ?");
  const dropRest = database.prepare(
    "UPDATE outbox_part SET state = 'failed' WHERE item_id = ? AND position > ? AND state = 'queued'",
  );
  // What went wrong with one part stays said, whatever the others come to.
  const setItem = database.prepare(
    "UPDATE outbox_item SET state = ?, fault = COALESCE(?, fault), reason = COALESCE(?, reason) WHERE id = ?",
  );
  const setSent = database.prepare(
    "UPDATE outbox_item SET state = 'sent', fault = NULL, reason = NULL WHERE id = ?",
  );
  const files = database
    .prepare<[], Buffer>(
      "SELECT sealed_content FROM outbox_part WHERE kind = 'file' AND state IN ('queued', 'dispatching')",
    )
    .pluck();
  const waiting = database
    .prepare<[], number>("SELECT COUNT(*) FROM outbox_item WHERE state IN ('queued', 'dispatching')")
    .pluck();
  const sent = database
    .prepare<[number], number>("SELECT COUNT(*) FROM outbox_part WHERE state = 'sent' AND dispatched_at >= ?")
    .pluck();

  const toPart = (row: PartRow): OutboxPart => ({
    itemId: row.item_id,
    position: row.position,
    kind: row.kind === "file" ? "file" : "text",
    content: vault.open(row.sealed_content),
    state: toState(row.state),
    dispatchedAt: row.dispatched_at,
    afterRowId: row.after_row_id,
    messageGuid: row.message_guid,
    messageRowId: row.message_row_id,
  });
  const settle = (
    part: OutboxPart,
    partState: OutboxState,
    fault: FaultCode | null,
    reason: string | null,
  ): void => {
    setPart.run(partState, part.itemId, part.position);
    if (partState !== "sent") dropRest.run(part.itemId, part.position);
    const states = parts.all(part.itemId).map((row) => toState(row.state));
    const state = together(states);
    if (state === "sent") setSent.run(part.itemId);
    else setItem.run(state, fault, reason, part.itemId);
  };

  return {
    add: database.transaction((added, contents: readonly Pick<OutboxPart, "kind" | "content">[]) => {
      insertItem.run(added.id, added.createdAt, added.chat);
      contents.forEach((part, position) => {
        insertPart.run(added.id, position, part.kind, vault.seal(part.content));
      });
    }),
    get(id) {
      const row = item.get(id);
      if (!row) return null;
      return {
        id: row.id,
        createdAt: row.created_at,
        chat: row.chat,
        state: toState(row.state),
        fault: row.fault !== null && row.fault in FAULTS ? (row.fault as FaultCode) : null,
        reason: row.reason,
        parts: parts.all(id).map(toPart),
      };
    },
    nextQueued() {
      const row = queued.get();
      return row ? toPart(row) : null;
    },
    awaited: (givenUpSince) =>
      awaited.all(givenUpSince).map(({ chat, ...row }) => ({ part: toPart(row), chat })),
    claimedBy(guid) {
      const row = claimed.get(guid);
      return row ? toPart(row) : null;
    },
    markDispatching: database.transaction((part, at, afterRowId) => {
      if (setDispatching.run(at, afterRowId, part.itemId, part.position).changes === 0) return false;
      setItem.run("dispatching", null, null, part.itemId);
      return true;
    }),
    claim: (part, guid, rowId) => void setClaim.run(guid, rowId, part.itemId, part.position),
    settle: database.transaction(settle),
    needsFile: (path) => files.all().some((sealed) => vault.open(sealed) === path),
    counts: (since) => ({ waiting: waiting.get() ?? 0, sent: sent.get(since) ?? 0 }),
  };
}

/** What an item is, given what its parts are. */
function together(states: readonly OutboxState[]): OutboxState {
  // A part that may have left weighs more than those that surely did not: the whole must not be repeated.
  if (states.includes("unknown")) return "unknown";
  if (states.includes("failed")) return "failed";
  if (states.every((state) => state === "sent")) return "sent";
  return "dispatching";
}

function toState(text: string): OutboxState {
  switch (text) {
    case "queued":
    case "dispatching":
    case "sent":
    case "failed":
      return text;
    default:
      return "unknown";
  }
}

import { FAULTS, type FaultCode } from "../../src-shared/faults.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";
import type { OutboxItem, OutboxPart, OutboxState } from "./outbox-item.ts";

/** The outbox in bellhop.db. What is written here is committed before Messages hears of it. */
export interface OutboxStore {
  add(
    item: Pick<OutboxItem, "id" | "createdAt" | "chat">,
    parts: readonly Pick<OutboxPart, "kind" | "content">[],
  ): void;
  get(id: string): OutboxItem | null;
  /** The oldest part that waits for its turn; null when none does. */
  nextQueued(): OutboxPart | null;
  /** Parts whose row is awaited, the longest waiting first. */
  dispatching(): OutboxPart[];
  /** The part that claimed this row. */
  claimedBy(messageGuid: string): OutboxPart | null;
  markDispatching(part: OutboxPart, at: number, afterRowId: number): void;
  claim(part: OutboxPart, messageGuid: string, messageRowId: number): void;
  /** Ends a part; a part that did not make it takes those behind it along. */
  settle(part: OutboxPart, state: OutboxState, fault: FaultCode | null, reason: string | null): void;
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
  const dispatching = database.prepare<[], PartRow>(
    "SELECT * FROM outbox_part WHERE state = 'dispatching' ORDER BY dispatched_at, rowid",
  );
  const claimed = database.prepare<[string], PartRow>("SELECT * FROM outbox_part WHERE message_guid = ?");
  const setDispatching = database.prepare(
    `UPDATE outbox_part SET state = 'dispatching', dispatched_at = ?, after_row_id = ?
     WHERE item_id = ? AND position = ?`,
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
    state: OutboxState,
    fault: FaultCode | null,
    reason: string | null,
  ): void => {
    setPart.run(state, part.itemId, part.position);
    if (state !== "sent") dropRest.run(part.itemId, part.position);
    const states = parts.all(part.itemId).map((row) => toState(row.state));
    setItem.run(together(states), fault, reason, part.itemId);
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
    dispatching: () => dispatching.all().map(toPart),
    claimedBy(guid) {
      const row = claimed.get(guid);
      return row ? toPart(row) : null;
    },
    markDispatching: database.transaction((part, at, afterRowId) => {
      setDispatching.run(at, afterRowId, part.itemId, part.position);
      setItem.run("dispatching", null, null, part.itemId);
    }),
    claim: (part, guid, rowId) => void setClaim.run(guid, rowId, part.itemId, part.position),
    settle: database.transaction(settle),
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

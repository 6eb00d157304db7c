import type { FaultCode } from "../../src-shared/faults.ts";

/**
 * queued: not given to Messages yet. dispatching: given, its row is awaited. sent: its row says so.
 * failed: surely not sent. unknown: given, and its row never came; never sent again by itself.
 */
export type OutboxState = "queued" | "dispatching" | "sent" | "failed" | "unknown";

/** Text, or a staged file, of one send. */
export interface OutboxPart {
  itemId: string;
  position: number;
  kind: "text" | "file";
  /** The text, or the staged file's absolute path. */
  content: string;
  state: OutboxState;
  /** When it was given to Messages, in ms since 1970. */
  dispatchedAt: number | null;
  /** The newest ROWID of chat.db at that moment: its own row comes after. */
  afterRowId: number | null;
  messageGuid: string | null;
  messageRowId: number | null;
}

/** A part whose row is awaited, with the chat it went to. */
export interface Awaited {
  part: OutboxPart;
  chat: string;
}

/** One accepted send with its ordered parts. */
export interface OutboxItem {
  id: string;
  createdAt: number;
  /** The chat it goes to, as a guid; a direct one may not exist yet. */
  chat: string;
  state: OutboxState;
  fault: FaultCode | null;
  reason: string | null;
  parts: OutboxPart[];
}

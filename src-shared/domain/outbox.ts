import { z } from "zod";
import { FaultCode } from "../faults.ts";

/**
 * queued: not given to Messages yet. dispatching: given, its row is awaited. sent, delivered, read: its row says so.
 * failed: surely not sent, or its row says that it failed. unknown: given, and its row never came; never sent again
 * by itself. dry_run: everything was done but the sending.
 */
export const OUTBOX_STATES = [
  "queued",
  "dispatching",
  "sent",
  "delivered",
  "read",
  "failed",
  "unknown",
  "dry_run",
] as const;
export const OutboxState = z.enum(OUTBOX_STATES);
export type OutboxState = z.infer<typeof OutboxState>;

/** What a send may go out by; without one a conversation keeps its own, and a new one begins as iMessage. */
export const SEND_SERVICES = ["iMessage", "SMS", "RCS"] as const;
export const SendService = z.enum(SEND_SERVICES);
export type SendService = z.infer<typeof SendService>;

/** Text, or one file, of a send, in the order in which they go. */
export const SentPart = z.object({
  kind: z.enum(["text", "file"]),
  /** Null for a file, and in events. */
  text: z.string().nullable(),
  /** A file's name, as the other side sees it; null for a text. */
  name: z.string().nullable(),
  /** Of the file; of a text in UTF-8. */
  sizeBytes: z.int(),
  state: OutboxState,
  /** Why it failed or is unknown. */
  fault: FaultCode.nullable(),
  reason: z.string().nullable(),
  /** Messages' own error number, 0 when there is none. */
  errorCode: z.int(),
  /** When it was last given to Messages. */
  dispatchedAt: z.int().nullable(),
  messageGuid: z.string().nullable(),
  /** It is tried again as the part at this position, from 0; null for what counts. */
  retriedAs: z.int().nullable(),
});
export type SentPart = z.infer<typeof SentPart>;

/** One accepted send, as its sender sees it. Times are milliseconds since 1970, UTC. */
export const SentItem = z.object({
  id: z.string(),
  createdAt: z.int(),
  /** Grows with every change of state. */
  revision: z.int(),
  /** The chat it goes to, by guid; a direct one may not exist yet. */
  conversationId: z.string(),
  /** The service that was asked for. */
  service: SendService.nullable(),
  /** The guid of the message that it answers. */
  replyTo: z.string().nullable(),
  /** Of all its parts that count, the worst or least: unknown, failed, dispatching, queued, sent, delivered, read. */
  state: OutboxState,
  fault: FaultCode.nullable(),
  reason: z.string().nullable(),
  parts: z.array(SentPart),
});
export type SentItem = z.infer<typeof SentItem>;

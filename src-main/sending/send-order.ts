import type { Message } from "../../src-shared/domain/message.ts";
import type { SendService, SentItem } from "../../src-shared/domain/outbox.ts";

/** A file to send: one on this Mac by its absolute path, or one that was uploaded by its id. */
export type FileRef = { path: string } | { file: string };

/** What a caller wants sent. `recipient` is a phone number, an Apple ID, or a conversation's id. */
export interface SendOrder {
  recipient: string;
  /** Sent exactly as it is; empty where there is none. */
  body: string;
  attachments: readonly FileRef[];
  /** Sound to be sent as a voice note, alone. */
  voice: FileRef | null;
  /** The message that it answers, by ROWID or guid. */
  replyTo: string | null;
  /** Null for the conversation's own. */
  service: SendService | null;
  /** Everything but the sending itself. */
  isDryRun: boolean;
}

/** How many more sends the caps allow now; null where there is no cap. */
export interface SendsLeft {
  hour: number | null;
  /** Of these to the one that is written to. */
  recipient: number | null;
}

/** Who sends, and how. */
export interface SendTerms {
  /** How long to wait for its row, in ms. */
  waitMs: number;
  /** The id of the API key, or another name for whoever sends: an idempotency key is its own. */
  by: string;
  idempotencyKey: string | null;
  /** Told what the caps leave, before it is accepted and again after; for headers, also those of a refusal. */
  told?(left: SendsLeft): void;
  /** A test by the owner: contact-first, the allow-list and the setting for dry runs do not hold; caps and pause do. */
  isExempt?: boolean;
}

/** What is known when the wait is over. `message` is its first row, null while there is none. */
export interface SendReport {
  item: SentItem;
  message: Message | null;
  /** The item is that of an earlier send with the same idempotency key: none was made for this one. */
  isReplay: boolean;
}

import { basename } from "node:path";
import { OutboxState, SendService } from "../../src-shared/domain/outbox.ts";
import { FaultCode } from "../../src-shared/faults.ts";
import type { Vault } from "../storage/vault.ts";
import type { OutboxItem, OutboxPart } from "./outbox-item.ts";

/** An item as bellhop.db has it. */
export interface ItemRow {
  id: string;
  created_at: number;
  chat: string;
  service: string | null;
  reply_to: string | null;
  is_dry_run: number;
  revision: number;
  state: string;
  fault: string | null;
  reason: string | null;
}

export const ITEM_COLUMNS =
  "id, created_at, chat, service, reply_to, is_dry_run, revision, state, fault, reason";

/** A part as bellhop.db has it. */
export interface PartRow {
  item_id: string;
  position: number;
  kind: string;
  sealed_content: Buffer;
  sealed_name: Buffer | null;
  size_bytes: number;
  state: string;
  fault: string | null;
  reason: string | null;
  error_code: number;
  tries: number;
  may_have_left: number;
  dispatched_at: number | null;
  after_row_id: number | null;
  after_guid: string | null;
  turn: number | null;
  message_guid: string | null;
  message_row_id: number | null;
  retried_as: number | null;
}

/** What becomes of a part; the rest of it stays as it was accepted. */
export const CHANGING = [
  "state",
  "fault",
  "reason",
  "error_code",
  "tries",
  "may_have_left",
  "dispatched_at",
  "after_row_id",
  "after_guid",
  "turn",
  "message_guid",
  "message_row_id",
  "retried_as",
] as const;

export const PART_COLUMNS = [
  "item_id",
  "position",
  "kind",
  "sealed_content",
  "sealed_name",
  "size_bytes",
  ...CHANGING,
] as const;

export type ChangingValues = Pick<PartRow, (typeof CHANGING)[number]>;

/** The part that a row holds. */
export function toPart(row: PartRow, vault: Vault): OutboxPart {
  const content = vault.open(row.sealed_content);
  const isFile = row.kind === "file";
  // The first version kept no names.
  const name = row.sealed_name === null ? (isFile ? basename(content) : null) : vault.open(row.sealed_name);
  return {
    itemId: row.item_id,
    position: row.position,
    kind: isFile ? "file" : "text",
    content,
    name,
    sizeBytes: row.size_bytes,
    state: toState(row.state),
    fault: toFault(row.fault),
    reason: row.reason,
    errorCode: row.error_code,
    tries: row.tries,
    mayHaveLeft: row.may_have_left === 1,
    dispatchedAt: row.dispatched_at,
    afterRowId: row.after_row_id,
    afterGuid: row.after_guid,
    turn: row.turn,
    messageGuid: row.message_guid,
    messageRowId: row.message_row_id,
    retriedAs: row.retried_as,
  };
}

/** What of a part is written when something has become of it. */
export function changingValues(part: OutboxPart): ChangingValues {
  return {
    state: part.state,
    fault: part.fault,
    reason: part.reason,
    error_code: part.errorCode,
    tries: part.tries,
    may_have_left: part.mayHaveLeft ? 1 : 0,
    dispatched_at: part.dispatchedAt,
    after_row_id: part.afterRowId,
    after_guid: part.afterGuid,
    turn: part.turn,
    message_guid: part.messageGuid,
    message_row_id: part.messageRowId,
    retried_as: part.retriedAs,
  };
}

/** The item that a row holds, with its parts. */
export function toItem(row: ItemRow, parts: readonly OutboxPart[]): OutboxItem {
  return {
    id: row.id,
    createdAt: row.created_at,
    chat: row.chat,
    service: SendService.nullable().catch(null).parse(row.service),
    replyTo: row.reply_to,
    isDryRun: row.is_dry_run === 1,
    revision: row.revision,
    state: toState(row.state),
    fault: toFault(row.fault),
    reason: row.reason,
    parts,
  };
}

/** What nobody understands is not known to have been sent, and is not sent again. */
const toState = (text: string): OutboxState => OutboxState.catch("unknown").parse(text);

const toFault = (text: string | null): FaultCode | null => FaultCode.nullable().catch(null).parse(text);

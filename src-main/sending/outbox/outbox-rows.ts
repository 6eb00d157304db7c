import { basename } from "node:path";
import { OutboxState, SendService } from "../../../src-shared/domain/outbox.ts";
import { FaultCode } from "../../../src-shared/faults.ts";
import type { Vault } from "../../storage/vault.ts";
import type { OutboxItem, OutboxPart } from "./outbox-item.ts";

/** An item as bellhop.db has it. */
export interface ItemRow {
  id: string;
  created_at: number;
  chat: string;
  service: string | null;
  reply_to: string | null;
  is_dry_run: number;
  is_exempt: number;
  revision: number;
  state: string;
  fault: string | null;
  reason: string | null;
}

export const ITEM_COLUMNS =
  "id, created_at, chat, service, reply_to, is_dry_run, is_exempt, revision, state, fault, reason";

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
  is_last_try: number;
  row_from: number | null;
  row_until: number | null;
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
  "is_last_try",
  "row_from",
  "row_until",
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
  const isFile = row.kind === "file";
  const opened = openContent(row, vault);
  const content = opened?.content ?? "";
  // The first version kept no names.
  const name = opened?.name ?? (isFile ? basename(content) : null);
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
    isLastTry: row.is_last_try === 1,
    lateRow:
      row.row_from === null || row.row_until === null ? null : { from: row.row_from, until: row.row_until },
    ...(opened === null ? { isUnreadable: true } : {}),
  };
}

/** Null where it cannot be opened: one damaged row must not stop the others. */
function openContent({ sealed_content, sealed_name }: PartRow, vault: Vault) {
  try {
    return {
      content: vault.open(sealed_content),
      name: sealed_name === null ? null : vault.open(sealed_name),
    };
  } catch {
    return null;
  }
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
    is_last_try: part.isLastTry ? 1 : 0,
    row_from: part.lateRow?.from ?? null,
    row_until: part.lateRow?.until ?? null,
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
    isExempt: row.is_exempt === 1,
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

import type { MessageKind } from "../../../src-shared/domain/message.ts";
import type { MessageRow } from "../message-row.ts";
import { readArchiveRoot } from "../plist/keyed-archive.ts";
import { readSummaryInfo } from "../summary/summary-info.ts";
import { decodeAttributedBody } from "../typedstream/attributed-body.ts";
import { kindOf } from "./kind.ts";

/** What of a row could not be decoded, under Apple's names. */
export type DamagedPart = "attributedBody" | "payload_data" | "message_summary_info";

/** Kinds whose payload is a keyed archive; handwriting and Digital Touch have formats of their own. */
const ARCHIVED: ReadonlySet<MessageKind> = new Set<MessageKind>([
  "link",
  "app",
  "poll",
  "poll_vote",
  "poll_update",
]);

/** What of this row is there and cannot be read. Such a message is told with what else Messages keeps of it. */
export function damagedParts(row: MessageRow): DamagedPart[] {
  const damaged: DamagedPart[] = [];
  const check = (blob: unknown, part: DamagedPart, decode: (bytes: Uint8Array) => unknown): void => {
    const isFine = blob === null || (blob instanceof Uint8Array && decode(blob) !== null);
    if (!isFine) damaged.push(part);
  };
  check(row.attributed_body, "attributedBody", decodeAttributedBody);
  if (ARCHIVED.has(kindOf(row))) check(row.payload, "payload_data", readArchiveRoot);
  check(row.summary, "message_summary_info", readSummaryInfo);
  return damaged;
}

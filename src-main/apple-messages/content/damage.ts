import type { MessageKind } from "../../../src-shared/domain/message.ts";
import type { MessageRow } from "../message-row.ts";
import { readArchiveRoot } from "../plist/keyed-archive.ts";
import { readDigitalTouch } from "../protobuf/digital-touch.ts";
import { readHandwriting } from "../protobuf/handwriting.ts";
import { readSummaryInfo } from "../summary/summary-info.ts";
import { decodeAttributedBody } from "../typedstream/attributed-body.ts";
import { kindOf } from "./kind.ts";

/** What of a row could not be decoded, under Apple's names. */
export type DamagedPart = "attributedBody" | "payload_data" | "message_summary_info";

/** What the payload of a kind is, as far as it has one. */
const PAYLOADS: Partial<Record<MessageKind, (bytes: Uint8Array) => unknown>> = {
  link: readArchiveRoot,
  app: readArchiveRoot,
  poll: readArchiveRoot,
  poll_vote: readArchiveRoot,
  poll_update: readArchiveRoot,
  handwriting: readHandwriting,
  digital_touch: readDigitalTouch,
};

/** What of this row is there and cannot be read. Such a message is told with what else Messages keeps of it. */
export function damagedParts(row: MessageRow): DamagedPart[] {
  const damaged: DamagedPart[] = [];
  const check = (blob: unknown, part: DamagedPart, decode: (bytes: Uint8Array) => unknown): void => {
    const isFine = blob === null || (blob instanceof Uint8Array && decode(blob) !== null);
    if (!isFine) damaged.push(part);
  };
  check(row.attributed_body, "attributedBody", decodeAttributedBody);
  const decode = PAYLOADS[kindOf(row)];
  if (decode !== undefined) check(row.payload, "payload_data", decode);
  check(row.summary, "message_summary_info", readSummaryInfo);
  return damaged;
}

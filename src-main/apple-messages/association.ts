import { ReactionKind } from "../../src-shared/domain/reaction.ts";

/** In the order of Apple's numbers. */
const KINDS = ReactionKind.options;

/**
 * What `associated_message_type` says of a row: a tapback (2000 to 2007), the removal of one (3000 to 3007),
 * or nothing of the kind (null).
 */
export function reactionOf(type: number): { kind: ReactionKind; removed: boolean } | null {
  const removed = type >= 3000;
  const kind = KINDS[type - (removed ? 3000 : 2000)];
  return kind ? { kind, removed } : null;
}

/** A message, and which of its parts; null for the whole of it. */
export interface Target {
  guid: string;
  part: number | null;
}

/**
 * What a row is about: `p:N/GUID` (part N, which may be negative), `bp:GUID` (a balloon) or a bare GUID.
 * A negative part and a balloon mean the message as a whole.
 */
export function parseTarget(associated: string): Target {
  const part = /^p:(-?\d+)\/(.*)$/s.exec(associated);
  if (part) return { guid: part[2] ?? "", part: partNumber(part[1] ?? "") };
  return { guid: associated.startsWith("bp:") ? associated.slice(3) : associated, part: null };
}

/**
 * What a reply answers: `thread_originator_guid`, and `thread_originator_part` as `part:start:length`, where
 * 18446744073709551615 is -1 and means the whole. `reply_to_guid` is no reply: ordinary messages have it too.
 */
export function parseReply(guid: string, part: string | null): Target {
  return { guid, part: partNumber(/^-?\d+/.exec(part ?? "")?.[0] ?? "-1") };
}

function partNumber(digits: string): number | null {
  const number = Number(digits);
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}

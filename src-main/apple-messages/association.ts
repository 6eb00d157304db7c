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

/**
 * What a row is about: `p:N/GUID` (part N, which may be negative), `bp:GUID` (a balloon) or a bare GUID.
 * A negative part and a balloon mean the message as a whole.
 */
export function parseTarget(associated: string): { guid: string; part: number | null } {
  const part = /^p:(-?\d+)\/(.*)$/s.exec(associated);
  if (part) {
    const number = Number(part[1]);
    return { guid: part[2] ?? "", part: number < 0 ? null : number };
  }
  return { guid: associated.startsWith("bp:") ? associated.slice(3) : associated, part: null };
}

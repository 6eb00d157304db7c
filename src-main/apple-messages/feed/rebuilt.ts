import type { Change } from "../change.ts";
import type { FeedState } from "./feed-state.ts";
import type { FeedMemory, FeedStep } from "./feed-step.ts";
import { guidHash } from "./fingerprint.ts";

/**
 * Of a step in a database that is another one than before, leaves out what was told already, which is known by
 * guid. Those rows get the fingerprints they had: what has become of them meanwhile is told when they are compared.
 */
export function leaveOutTold(
  step: FeedStep,
  rebuilt: NonNullable<FeedState["rebuilt"]>,
  memory: FeedMemory,
): void {
  step.told = step.told.map((one) => {
    const before = memory.setAside(one.guid);
    return before === null ? one : { ...before, rowId: one.rowId };
  });
  step.changes = step.changes.filter((change) => {
    const row = rowOf(change);
    // What else was around then, a group's changes and votes, is old as well.
    if (row === null) return step.state.cursor > rebuilt.upTo;
    if (row.rowId > rebuilt.upTo || row.at > rebuilt.at) return true;
    return rebuilt.byGuid && memory.setAside(guidHash(row.guid)) === null;
  });
}

/**
 * Whether the messages of another database have the guids they were told by. A history that comes from iCloud may
 * have others; and before everything was looked at once, what is not remembered may have been there all the same.
 */
export function isKnownByGuid(guids: readonly string[], isSurveyed: boolean, memory: FeedMemory): boolean {
  const known = guids.filter((guid) => memory.ofGuid(guidHash(guid)).length > 0).length;
  return isSurveyed && known > 0 && known * 2 >= guids.length;
}

function rowOf({ type, data }: Change): { rowId: number; guid: string; at: number } | null {
  if (type === "message.updated" || type === "message.deleted" || type === "conversation.updated")
    return null;
  return data;
}

import { laneOf } from "../recipient.ts";
import { isSameText, stem } from "./match.ts";
import type { OutboxPart } from "./outbox-item.ts";
import type { OpenPart, OutboxStore, Place } from "./outbox-store.ts";

/**
 * The lane of this part, when something that looks just like it was given to Messages there and has no row yet: whose
 * row is the first to come, nobody could tell. Null when it may go.
 */
export function laneOfTwin(
  store: Pick<OutboxStore, "get">,
  place: Place,
  open: readonly OpenPart[],
): string | null {
  const item = store.get(place.itemId);
  const part = item?.parts[place.position];
  if (!item || !part) return null;
  const lane = laneOf(item.chat);
  const isTwin = (other: OpenPart): boolean => {
    if (other.lane !== lane || other.messageGuid !== null) return false;
    const given = store.get(other.itemId)?.parts[other.position];
    return given !== undefined && looksLike(given, part);
  };
  return open.some(isTwin) ? lane : null;
}

function looksLike(one: OutboxPart, other: OutboxPart): boolean {
  if (one.kind !== other.kind) return false;
  if (one.kind === "text") return isSameText(one.content, other.content);
  // Messages may convert a file, and then only the stem of its name is left.
  return one.name !== null && other.name !== null && stem(one.name) === stem(other.name);
}

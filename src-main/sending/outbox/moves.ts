import type { OutboxChange } from "../../journal/entry.ts";
import type { Clock } from "../../ports/clock.ts";
import { endOf, isUnderWay, type OutboxItem } from "./outbox-item.ts";
import { happened, type PartInput, type Step } from "./outbox-machine.ts";
import type { OutboxStore, Place } from "./outbox-store.ts";
import { outboxUpdated } from "./sent-item.ts";

/** What one transaction does to the outbox. */
export interface Moves {
  /** Something happened to the part there; its item as it was and as it is now, null when nothing came of it. */
  happens(place: Place, input: PartInput): { before: OutboxItem; after: OutboxItem } | null;
  /** Writes a step that was taken from `before`. */
  takes(before: OutboxItem, step: Step): void;
  /** The items that changed. */
  moved(): string[];
  /** Of them those that came to an end, or to another one. */
  ended(): string[];
  /** What there is to tell. */
  changes(): OutboxChange[];
}

/** Nothing has happened yet. Call its functions inside the transaction. */
export function openMoves(store: Pick<OutboxStore, "get" | "save">, clock: Pick<Clock, "now">): Moves {
  const moved = new Set<string>();
  const ended = new Set<string>();
  const changes: OutboxChange[] = [];
  const takes: Moves["takes"] = (before, { item, isNews }) => {
    store.save(before, item, clock.now());
    moved.add(item.id);
    if (isNews) changes.push(outboxUpdated(item));
    const end = wholeEnd(item);
    if (end !== null && end !== wholeEnd(before)) ended.add(item.id);
  };
  return {
    happens({ itemId, position }, input) {
      const before = store.get(itemId);
      if (before === null) return null;
      const step = happened(before, position, input);
      if (step.item === before) return null;
      takes(before, step);
      return { before, after: step.item };
    },
    takes,
    moved: () => [...moved],
    ended: () => [...ended],
    changes: () => changes,
  };
}

/** How the whole ended; null while something of it is on its way. */
const wholeEnd = (item: OutboxItem) => (isUnderWay(item) ? null : endOf(item.state));

import { isDeepStrictEqual } from "node:util";
import type { Event, EventType } from "../../src-shared/domain/event.ts";
import { aboutOf } from "../journal/event-id.ts";

/** Every event that was ever seen committed, whoever saw it: what the journal may never contradict. */
export interface Ledger {
  /** It is in the journal, or was told to somebody. */
  note(event: Event): void;
  /** In the order of their sequences. */
  events(): readonly Event[];
  get(seq: number): Event | undefined;
  /** What was told of a message or tapback, in order. */
  typesOf(guid: string): readonly EventType[];
  highest(): number;
}

/** An empty ledger; `violation` is told of what contradicts it. `mayRecur`: whether an event may come once more. */
export function openLedger(violation: (what: string) => void, mayRecur: (seq: number) => boolean): Ledger {
  const bySeq = new Map<number, Event>();
  const byId = new Map<string, number>();
  const types = new Map<string, EventType[]>();
  const inOrder: Event[] = [];

  return {
    note(event) {
      const { seq, id } = event;
      const known = bySeq.get(seq);
      if (known === event) return;
      if (known !== undefined) {
        if (known.id !== id) violation(`sequence ${seq} is ${known.id}, and ${id} as well`);
        else if (!isDeepStrictEqual(known, event)) violation(`event ${seq} is not what it was`);
        return;
      }
      const before = byId.get(id);
      if (before !== undefined && !mayRecur(before))
        violation(`${id} is event ${before}, and ${seq} as well`);
      const highest = inOrder.at(-1)?.seq ?? 0;
      if (seq <= highest) violation(`event ${seq} was committed after ${highest}`);
      bySeq.set(seq, event);
      byId.set(id, seq);
      inOrder.push(event);
      const about = aboutOf(event);
      const told = types.get(about) ?? [];
      told.push(event.type);
      types.set(about, told);
    },
    events: () => inOrder,
    get: (seq) => bySeq.get(seq),
    typesOf: (guid) => types.get(guid) ?? [],
    highest: () => inOrder.at(-1)?.seq ?? 0,
  };
}

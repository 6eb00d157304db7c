import type { Event } from "../../src-shared/domain/event.ts";

type Bare<E> = E extends unknown ? Omit<E, "id" | "seq" | "at"> : never;

/** Something that happened in Messages: an event that has no place in the journal yet. */
export type Change = Bare<Event>;

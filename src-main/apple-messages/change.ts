import type { Event } from "../../src-shared/domain/event.ts";

type Bare<E> = E extends unknown ? Omit<E, "id" | "seq" | "at"> : never;
type OfMessages = Exclude<Event, { type: "outbox.updated" }>;

/**
 * Something that happened in Messages: an event that has no place in the journal yet. `version` says which
 * state of its message it tells of, for what can happen more than once: it is a part of the event's id.
 */
export type Change = Bare<OfMessages> & { version?: number | string };

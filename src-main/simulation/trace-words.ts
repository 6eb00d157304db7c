import type { Event } from "../../src-shared/domain/event.ts";
import { short } from "./messages.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** When it is, for a line of the trace: how long the world has lived, and how far its wall clock is off. */
export function stampOf({ clock, offset }: VirtualTime): string {
  const set =
    offset() === 0 ? "" : ` (clock ${offset() > 0 ? "+" : ""}${(offset() / 3_600_000).toFixed(1)} h)`;
  return `${(clock.monotonic() / 1_000).toFixed(3).padStart(10)} s${set}`;
}

/** What an event is about, for a line of the trace. */
export function aboutWords({ data }: Event): string {
  if ("conversation" in data) return data.conversation.id;
  return "guid" in data ? `${short(data.guid)}, row ${data.rowId}` : `${data.id}: ${data.state}`;
}

import { blankMessage } from "../../src-shared/domain/blank-message.ts";
import { Event } from "../../src-shared/domain/event.ts";

type Stamp = Pick<Event, "id" | "seq" | "at"> & { type: string };

/**
 * In which form this version writes events: a number that follows from their schema. A test says what it must be when
 * that changes; to work it out with every start would take 8 ms and 2 MB. The first versions wrote none, which is 0.
 */
export const FORM = 280_847_783_500_877;

/** What the first version wrote of a message replaces the first lines of it; it knew nothing of the others. */
const NOTHING_KNOWN = blankMessage({
  rowId: 0,
  guid: "",
  conversationIds: [],
  sender: null,
  isFromMe: false,
  body: null,
  at: 0,
  service: null,
  status: "sent",
});

/**
 * An event as it was stored. What this very form of it was written from needs no second look; what another version of
 * Bellhop wrote, which knew less or more, is parsed in full, and what it did not write is filled in as "none".
 * Throws what zod throws when it is no event at all.
 */
export function readEvent(stamp: Stamp, data: unknown, form: number): Event {
  // Sealed by append out of the data of an event of this very schema.
  if (form === FORM) return { ...stamp, data } as Event;
  return Event.parse({ ...stamp, data: isMessage(data) ? { ...NOTHING_KNOWN, ...withFiles(data) } : data });
}

function isMessage(data: unknown): data is { attachments: unknown } {
  return typeof data === "object" && data !== null && "attachments" in data;
}

function withFiles(data: { attachments: unknown }): object {
  if (!Array.isArray(data.attachments)) return data;
  const attachments = data.attachments.map((file: object) => ({
    uti: null,
    state: "path" in file && file.path !== null ? "ready" : "waiting",
    isSticker: false,
    description: null,
    ...file,
  }));
  return { ...data, attachments };
}

import { blankMessage } from "../../src-shared/domain/blank-message.ts";
import { Event } from "../../src-shared/domain/event.ts";

type Stamp = Pick<Event, "id" | "seq" | "at"> & { type: string };

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
 * An event as it was stored, also by an earlier version of Bellhop that knew less: what it did not write is
 * filled in as "none". Throws what zod throws when it is no event at all.
 */
export function readEvent(stamp: Stamp, data: unknown): Event {
  const isEarlier = typeof data === "object" && data !== null && "attachments" in data && !("kind" in data);
  return Event.parse({ ...stamp, data: isEarlier ? { ...NOTHING_KNOWN, ...withFiles(data) } : data });
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

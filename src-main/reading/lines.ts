import type { Line } from "../../src-shared/domain/line.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { bareLine, serviceName } from "../apple-messages/directory/chat-rows.ts";
import { asking } from "./asking.ts";

/** The lines of this Mac. Every call throws a Fault while chat.db cannot be read. */
export interface Lines {
  /** Those last used first, as far as Messages says. */
  list(): Line[];
}

/** How many of the newest rows are looked at. */
const RECENT_ROWS = 500;

/** The lines that `chatDb` tells of: those of its newest messages, and those its chats were last used with. */
export function openLines(chatDb: ChatDb): Lines {
  return {
    list: () =>
      asking(chatDb, ({ messages, directory }) => {
        const lines = new Map<string, { services: Set<string>; lastUsedAt: number | null }>();
        const note = (text: string | null, services: readonly string[], at: number | null): void => {
          const handle = bareLine(text);
          if (handle === null || !isHandle(handle)) return;
          const line = lines.get(handle) ?? { services: new Set(), lastUsedAt: null };
          for (const service of services) line.services.add(service);
          if (at !== null) line.lastUsedAt = Math.max(at, line.lastUsedAt ?? at);
          lines.set(handle, line);
        };
        for (const { line, service, at } of messages.lineUses(RECENT_ROWS)) {
          note(line, service === null ? [] : [serviceName(service)], at);
        }
        for (const { chats } of directory.all()) {
          for (const chat of chats) note(chat.line, chat.services, null);
        }
        return [...lines].map(([handle, line]) => toLine(handle, line)).sort(lastUsedFirst);
      }),
  };
}

/** An address or a phone number; accounts of other kinds have names that are neither. */
function isHandle(text: string): boolean {
  return text.includes("@") || /^\+?\d[\d\s().-]*$/.test(text);
}

function toLine(handle: string, line: { services: Set<string>; lastUsedAt: number | null }): Line {
  return {
    handle,
    kind: handle.includes("@") ? "email" : "phone",
    services: [...line.services].sort(),
    lastUsedAt: line.lastUsedAt,
  };
}

function lastUsedFirst(a: Line, b: Line): number {
  return (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0) || (a.handle < b.handle ? -1 : 1);
}

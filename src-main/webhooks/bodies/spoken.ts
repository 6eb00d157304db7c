import type { Message } from "../../../src-shared/domain/message.ts";
import { cleanName } from "./plain-text.ts";

/** Kinds whose name says what their files are. */
const NAMES_ITS_FILES: ReadonlySet<Message["kind"]> = new Set<Message["kind"]>([
  "audio",
  "link",
  "poll",
  "sticker",
  "handwriting",
]);

/** All that a message says, its files by name on a line of their own; null when it says nothing. */
export function spoken(message: Message): string | null {
  const files = NAMES_ITS_FILES.has(message.kind) ? [] : message.attachments;
  const names = files.map(({ name, mimeType }) => cleanName(name ?? mimeType ?? "a file"));
  const said = [...wordsOf(message), ...(names.length === 0 ? [] : [`📎 ${names.join(", ")}`])]
    .filter((line) => line !== null && line !== "")
    .join("\n");
  return said === "" ? null : withoutCode(said, message.oneTimeCode);
}

function wordsOf({ kind, subject, body, poll, link, app, transcription }: Message): (string | null)[] {
  switch (kind) {
    case "poll":
      return poll === null ? [body] : [poll.title, ...poll.options.map(({ text }) => `• ${text}`)];
    case "link": {
      const title = link?.title ?? null;
      const text = body ?? link?.url ?? null;
      return title === null || text?.includes(title) === true ? [text] : [title, text];
    }
    case "audio":
      return [transcription ?? body];
    default:
      return [subject, body ?? app?.summary ?? null];
  }
}

/**
 * A text in which a code for signing in cannot be read: whoever reads the mirror is not meant to have it. It is
 * found however it is written (`123456`, `123-456`); where it is not found at all, nothing of the text is told.
 */
function withoutCode(text: string, code: string | null): string {
  if (code === null) return text;
  const signs = Array.from(code.replace(/[\s\p{Pd}]/gu, ""), (sign) =>
    sign.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"),
  );
  if (signs.length === 0) return "a one-time code";
  const masked = text.replace(new RegExp(signs.join("[\\s\\p{Pd}]?"), "giu"), "••••");
  return masked === text ? "a one-time code" : masked;
}

import type { MirrorLine } from "./mirror-line.ts";
import { cut } from "./plain-text.ts";

/** How a chat is written to. What it is given was written by others, and comes out showing what it is. */
export interface Markup {
  /** How long a message may be, in UTF-16 units; services that count characters allow more. */
  limit: number;
  strong(name: string): string;
  /** A text within a line. */
  plain(text: string): string;
  /** One line of a text, set off as a quotation. */
  quotation(line: string): string;
  /** What is left of one sign in this markup at the end of a text that was cut off there. */
  remains: RegExp;
}

/** A mirrored event as the text of a message. */
export function write({ before, person, group, after, text }: MirrorLine, markup: Markup): string {
  const place = group === null ? "" : ` in ${markup.strong(group)}`;
  // “Anna in Family: hello”, but “Anna’s poll now has 2 votes in Family”.
  const isApart = /^[: ]/.test(after) && person !== "Your";
  const sentence = isApart ? place + markup.plain(after) : markup.plain(after) + place;
  const quotation = text === null ? "" : `\n${text.split("\n").map(markup.quotation).join("\n")}`;
  return within(markup, markup.plain(before) + markup.strong(person) + sentence + quotation);
}

function within({ limit, remains }: Markup, written: string): string {
  if (written.length <= limit) return written;
  return `${cut(written, limit).slice(0, -1).replace(remains, "")}…`;
}

import type { Markup } from "./markup.ts";

/** What Discord's Markdown gives a meaning to anywhere in a line: `[` begins a link with another text, `<` a mention. */
const SIGNS = /[\\`*_~|<>[\]]/g;

/** An address as far as none of these signs but `_` is in it. Discord makes it a link as it is written. */
const ADDRESS_OR_SIGN = new RegExp(`https?://[^\\s\\\\\`*~|<>[\\]]+|${SIGNS.source}`, "g");

/** What it gives a meaning to at the beginning of a line: headings, small print and lists. */
const AT_START = /^(\s*(?:\d+(?=[.)]))?)([-+#.)])/;

/** Discord's Markdown, in which a backslash takes a sign's meaning away. A message is at most 2,000 characters. */
export const discord: Markup = {
  limit: 2_000,
  strong: (name) => `**${name.replace(SIGNS, "\\$&")}**`,
  plain: escaped,
  quotation: (line) => `> ${escaped(line).replace(AT_START, "$1\\$2")}`,
  // A backslash that takes away what comes next, unless it is one that another took.
  remains: /(?<=(?:^|[^\\])(?:\\\\)*)\\$/,
};

function escaped(text: string): string {
  return text.replace(ADDRESS_OR_SIGN, (found) => (found.length === 1 ? `\\${found}` : found));
}

import type { Markup } from "./markup.ts";

/**
 * Slack's own markup: `&`, `<` and `>` are all that needs to be escaped, and without `<` nobody writes
 * `<!channel>`, `<@U123>` or a link with another text (https://docs.slack.dev/messaging/formatting-message-text).
 * A message is at most 40,000 characters.
 */
export const slack: Markup = {
  limit: 40_000,
  // There is no escaping an asterisk or a backtick, so a name shows others that look the same.
  strong: (name) => `*${escaped(name.replaceAll("*", "∗").replaceAll("`", "ˋ"))}*`,
  plain: escaped,
  quotation: (line) => `> ${escaped(line)}`,
  remains: /&[a-z]{0,3}$/,
};

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);
}

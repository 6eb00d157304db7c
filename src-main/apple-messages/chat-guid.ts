/**
 * A chat's guid is `SERVICE;SEPARATOR;IDENTIFIER`, with `-` for a direct chat and `+` for a group.
 * macOS 26 rewrote every service to `any`, so two spellings name the same chat when the rest is the same.
 */
export interface ChatGuid {
  service: string;
  separator: "-" | "+";
  identifier: string;
}

/** The parts of a chat's guid; null for a text that is none. */
export function parseChatGuid(guid: string): ChatGuid | null {
  const match = /^([^;]*);([-+]);(.+)$/s.exec(guid);
  if (!match) return null;
  return { service: match[1] ?? "", separator: match[2] === "+" ? "+" : "-", identifier: match[3] ?? "" };
}

/** What two spellings of one chat have in common. */
export function chatKey(guid: string): string {
  const parts = parseChatGuid(guid);
  return parts ? `${parts.separator};${parts.identifier}` : guid;
}

const SERVICES = ["any", "iMessage", "SMS", "RCS"];

/** Every spelling under which Messages may know the chat, the given one first. */
export function chatSpellings(guid: string): string[] {
  const parts = parseChatGuid(guid);
  if (!parts) return [guid];
  const others = SERVICES.map((service) => `${service};${parts.separator};${parts.identifier}`);
  return [guid, ...others.filter((other) => other !== guid)];
}

/** The versions of macOS whose chat.db the simulator can own. */
export type Macos = 12 | 13 | 15 | 26 | 27;

/** All of them, oldest first. */
export const MACOS_VERSIONS: readonly Macos[] = [12, 13, 15, 26, 27];

/** The services a simulated message can travel by. `iMessageLite` is iMessage over a satellite. */
export type Service = "iMessage" | "SMS" | "RCS" | "iMessageLite";

/** The simulated Mac's own phone number: `destination_caller_id` of what it sends and receives. */
export const MAC_LINE = "+15550100";

/** Its other line: an address that people write to by iMessage. */
export const MAC_ADDRESS = "owner@example.com";

/** The account a line belongs to, as `message.account` and `chat.account_login` name it: E: an address, P: a phone. */
export function accountOf(line: string): string {
  return `${line.includes("@") ? "E" : "P"}:${line}`;
}

/** `chat.style` of a group and of a conversation with one person. */
export const STYLE_GROUP = 43;
export const STYLE_DIRECT = 45;

/** Reads a version given as text. Null when the simulator does not know it. */
export function parseMacos(text: string): Macos | null {
  return MACOS_VERSIONS.find((version) => String(version) === text.trim()) ?? null;
}

/**
 * The guid Messages gives a conversation. Up to macOS 15 it begins with the service, since macOS 26 with
 * `any`; `+` marks a group, `-` one person.
 */
export function chatGuid(
  macos: Macos,
  service: Service,
  kind: "direct" | "group",
  identifier: string,
): string {
  return `${macos >= 26 ? "any" : service};${kind === "group" ? "+" : "-"};${identifier}`;
}

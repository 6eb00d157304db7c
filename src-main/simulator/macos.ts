/** The versions of macOS whose chat.db the simulator can own. */
export type Macos = 13 | 15 | 26;

/** All of them, oldest first. */
export const MACOS_VERSIONS: readonly Macos[] = [13, 15, 26];

/** The services a simulated message can travel by. */
export type Service = "iMessage" | "SMS" | "RCS";

/** The simulated Mac's own phone number: `destination_caller_id` of what it sends and receives. */
export const MAC_LINE = "+15550100";

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

/** Where a message goes: a conversation that Messages has, or one person. */
export type SendTarget =
  | { kind: "chat"; guid: string }
  | { kind: "participant"; address: string; service: "iMessage" | "SMS" };

/** What goes: text exactly as it is, or a file at an absolute path that Messages may read. */
export type SendContent = { kind: "text"; text: string } | { kind: "file"; path: string };

/**
 * How an attempt ended. `taken`: Messages has it, its row will tell the rest. `not left`: it surely did not
 * leave, trying again cannot send it twice. `uncertain`: it may have left.
 */
export type SendOutcome =
  | { outcome: "taken" }
  | { outcome: "not left"; code: number | null; reason: string }
  | { outcome: "uncertain"; code: number | null; reason: string };

/** Messages.app, as far as it can be driven. */
export interface MessagesApp {
  /** Tries once, at one target. Never rejects. */
  send(target: SendTarget, content: SendContent): Promise<SendOutcome>;
}

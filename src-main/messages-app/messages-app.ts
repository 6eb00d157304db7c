import type { SendService } from "../../src-shared/domain/outbox.ts";

/** Where a message goes: a conversation that Messages has, or one person. */
export type SendTarget =
  | { kind: "chat"; guid: string }
  | { kind: "participant"; address: string; service: SendService };

/** A message to point at on the screen: by its guid, and by what it says, which is how its bubble is known. */
export interface Bubble {
  guid: string;
  /** What stands in it, as far as it is text; empty for a picture alone. */
  text: string;
}

/** What goes: text exactly as it is, also as an answer to a message, or a file at an absolute path that Messages may read. */
export type SendContent =
  | { kind: "text"; text: string; replyTo: Bubble | null }
  | { kind: "file"; path: string };

/** The six tapbacks that Messages' accessibility offers. */
export const TAPBACKS = ["love", "like", "dislike", "laugh", "emphasize", "question"] as const;
export type Tapback = (typeof TAPBACKS)[number];

/** A conversation to open on the screen. */
export interface Thread {
  guid: string;
  /** The other side of a direct conversation; null for a group. */
  address: string | null;
  /** What its window may be called: its name, or whom it is with. */
  titles: readonly string[];
}

/** What is done in Messages' window by Accessibility. */
export type Action =
  | { do: "react"; on: Bubble; tapback: Tapback; remove: boolean }
  | { do: "edit"; on: Bubble; text: string }
  | { do: "unsend"; on: Bubble }
  | { do: "read"; thread: Thread }
  | { do: "typing"; thread: Thread; isTyping: boolean };

/**
 * How an attempt ended. `taken`: Messages has it, its row will tell the rest. `not left`: it surely did not
 * leave, trying again cannot send it twice. `uncertain`: it may have left.
 */
export type SendOutcome =
  | { outcome: "taken" }
  | { outcome: "not left"; code: number | null; reason: string }
  | { outcome: "uncertain"; code: number | null; reason: string };

/** What macOS says of controlling Messages. */
export type AutomationAnswer =
  | { answer: "on" }
  | { answer: "off" | "not asked" | "not running" | "unknown"; code: number | null; reason: string };

/** Messages.app, as far as it can be driven. Everything is done one after the other. */
export interface MessagesApp {
  /** Tries once, at one target. Never rejects. */
  send(target: SendTarget, content: SendContent): Promise<SendOutcome>;
  /** Tries once. Never rejects. A toggle that may have been taken must not be repeated. */
  act(action: Action): Promise<SendOutcome>;
  /** A harmless Apple event; on a Mac that was never asked it shows macOS' own question. Never rejects. */
  askAutomation(): Promise<AutomationAnswer>;
}

import type { Event } from "../../src-shared/domain/event.ts";
import type { Action } from "../messages-app/messages-app.ts";
import type { Clock } from "../ports/clock.ts";
import type { Conversations } from "../reading/conversations.ts";
import type { Messages } from "../reading/messages.ts";
import type { OwnState } from "./own-state.ts";

/** How an action shows in chat.db. */
export interface Showing {
  /** Whether this event tells of it. */
  inEvent(event: Event): boolean;
  /** Whether chat.db has it now; asked after the action, where it was not so before. Throws a Fault when it cannot be read. */
  isSo(): boolean;
}

/** What an order comes to as things stand now. */
export type Plan = {
  /** What it concerns: a message or a conversation. Orders about the same come one after the other. */
  about: string;
  /** The guid of a chat it concerns, for whoever judges whether that may be written to. */
  chat: string;
} & (
  | { step: "already so"; sentence: string }
  | {
      step: "act";
      action: Action;
      /** Null for what leaves no trace. */
      showing: Showing | null;
      /** What is told once it shows. */
      sentence: string;
    }
);

/** What a plan is made from. */
export interface Known {
  messages: Pick<Messages, "get">;
  conversations: Pick<Conversations, "get" | "find">;
  own: OwnState;
  clock: Pick<Clock, "now">;
}

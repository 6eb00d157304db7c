import type { Chance } from "./chance.ts";
import type { Client } from "./client.ts";
import type { Gateway } from "./gateway.ts";
import type { Ledger } from "./ledger.ts";
import type { Doom, Life } from "./life.ts";
import type { Messages } from "./messages.ts";
import type { Outgoing } from "./outgoing/outgoing.ts";
import type { Plan } from "./plan.ts";
import type { Receiver } from "./receivers.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** One seed's world: Messages, a gateway that dies and comes back, and those who are told. */
export interface World {
  plan: Plan;
  /** What the script draws from. */
  chance: Chance;
  time: VirtualTime;
  messages: Messages;
  receivers: readonly Receiver[];
  clients: readonly Client[];
  outgoing: Outgoing;
  ledger: Ledger;
  disk: { trouble: { code: "SQLITE_FULL" | "SQLITE_IOERR_WRITE"; share: number } | null };
  /** The running gateway; null while there is none. */
  gateway(): Gateway | null;
  life(): Life | null;
  /** Starts it; with a doom it may not come far. */
  start(doom?: Doom): void;
  doom(doom: Doom, isPowerFailure: boolean): void;
  kill(isPowerFailure: boolean): void;
  /** An orderly stop, during which it may be killed as well. */
  stop(): Promise<void>;
  pass(ms: number): Promise<void>;
  isTold(guid: string): boolean;
  /** Rows from this one on have been written just now. */
  wrote(from: number): void;
  /** Sending is paused, or goes on. */
  pause(isPaused: boolean): void;
  isPaused(): boolean;
  /** The file watch may have something. */
  noticed(): void;
  /** The clock or chat.db is another one: what was not told yet need not be. */
  doubt(isReplaced: boolean): void;
  /** The wall clock is about to be set by so much. */
  clockIsSet(ms: number): void;
  happened(what: string, times?: number): void;
  counts: ReadonlyMap<string, number>;
  trace(line: () => string): void;
  violation(what: string): void;
  violations: readonly string[];
  /** The id of its webhook; null while it has none. */
  webhookId(receiver: Receiver): string | null;
  /** Whether the gateway had the right to give this delivery up for its age. */
  isGivenUp(name: string, seq: number): boolean;
  /** The same of one that is not there any more, which it must have said. */
  isDropped(name: string, seq: number): boolean;
  /** Another one for another course of events. */
  digest(): string;
  end(): void;
}

import type { ControlBridge } from "../../src-shared/control.ts";

/** Why the page cannot connect before it has a fresh one-time link. */
export type LinkProblem = "none" | "used" | "expired" | "unknown" | "ended";

/** How the window is connected to the gateway. Within Electron it always is. */
export type Connection =
  | { state: "connecting" }
  | { state: "open" }
  /** `retryAt` is null while an attempt is under way. */
  | { state: "lost"; retryAt: number | null }
  | { state: "unlinked"; problem: LinkProblem };

/** A bridge, and what there is to know and to do about the connection under it. */
export interface Link {
  bridge: ControlBridge;
  connection(): Connection;
  /** Returns how to stop watching. */
  watch(listener: (connection: Connection) => void): () => void;
  retryNow(): void;
}

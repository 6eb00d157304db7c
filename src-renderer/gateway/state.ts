import { create } from "zustand";
import type { EventLine } from "../../src-shared/control.ts";
import type { Status } from "../../src-shared/status.ts";
import type { Connection } from "../bridge/link.ts";

/** Something that could not be had or done: its code, and a sentence a person understands. */
export interface Failure {
  code: string;
  message: string;
}

/** What the window knows of the gateway. */
export interface GatewayState {
  connection: Connection;
  /** Null until the first answer. */
  status: Status | null;
  statusFailure: Failure | null;
  /** When the status was last heard. */
  heardAt: number | null;
  /** Newest first; null until the first answer. */
  events: EventLine[] | null;
  eventsFailure: Failure | null;
  /** Ids of rows that have just arrived. */
  arrived: ReadonlySet<string>;
  /** Why the last wish to pause or resume was not done. */
  pauseFailure: Failure | null;
}

/** The one store of what the gateway says; only `live.ts` writes to it. */
export const useGateway = create<GatewayState>()(() => ({
  connection: { state: "connecting" },
  status: null,
  statusFailure: null,
  heardAt: null,
  events: null,
  eventsFailure: null,
  arrived: new Set(),
  pauseFailure: null,
}));

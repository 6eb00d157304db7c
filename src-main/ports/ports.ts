import type { Clock } from "./clock.ts";
import type { Network } from "./network.ts";
import type { Processes } from "./processes.ts";
import type { Randomness } from "./randomness.ts";
import type { Timers } from "./timers.ts";

/** The outside world, as the gateway is handed it. */
export interface Ports {
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  processes: Processes;
  network: Network;
}

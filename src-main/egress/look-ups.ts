import type { ResolvedAddress } from "../ports/network.ts";
import type { Timers } from "../ports/timers.ts";
import { slots } from "./slots.ts";

/** Every address of a name. Rejects when there is none. */
export type LookUp = (name: string) => Promise<ResolvedAddress[]>;

/** How long a look-up may take before it is given up, in ms; the system may go on with it for half a minute. */
const LOOK_UP_MS = 10_000;
/**
 * Look-ups at once, of names that are not known to hang and of those that are: each keeps one of libuv's four threads
 * until the system is done with it, and files need one too.
 */
const QUICK_LOOK_UPS = 2;
const SLOW_LOOK_UPS = 1;
/** How long anybody waits for a place, in ms: many names that hang stand in one queue. */
const PLACE_MS = 30_000;
/** Names remembered to hang; of more, the oldest are tried beside the others again. */
const MOST_SLOW = 1_000;

/**
 * Looks names up, each once at a time and a few at once. A name whose last look-up ran into the limit waits apart, so
 * that names whose server does not answer hold up one another and nobody else.
 */
export function limitedLookUps(lookUp: LookUp, timers: Timers): LookUp {
  const quick = slots(QUICK_LOOK_UPS);
  const slow = slots(SLOW_LOOK_UPS);
  const slowNames = new Set<string>();
  const underWay = new Map<string, Promise<ResolvedAddress[]>>();

  const remember = (name: string): void => {
    slowNames.add(name);
    const [oldest] = slowNames;
    if (slowNames.size > MOST_SLOW && oldest !== undefined) slowNames.delete(oldest);
  };
  const begin = (name: string): Promise<ResolvedAddress[]> =>
    new Promise((resolve, reject) => {
      const waiting = timers.after(PLACE_MS, () => {
        reject(new Error(`no place for a look-up within ${PLACE_MS} ms`));
      });
      const look = async (): Promise<void> => {
        waiting.cancel();
        // Until it hangs again.
        slowNames.delete(name);
        const limit = timers.after(LOOK_UP_MS, () => {
          remember(name);
          reject(new Error(`no look-up within ${LOOK_UP_MS} ms`));
        });
        await lookUp(name).then(resolve, reject);
        limit.cancel();
        // The place is free only now, however long others want to wait.
        underWay.delete(name);
      };
      void (slowNames.has(name) ? slow : quick)(look);
    });

  return (name) => {
    const looking = underWay.get(name) ?? begin(name);
    underWay.set(name, looking);
    return looking;
  };
}

import { Fault } from "../../src-shared/faults.ts";

/** So many may wait; whoever comes then comes again later. */
const MOST_WAITING = 20;
/** About as long as one of them takes, in seconds. */
const RETRY_AFTER = 5;

/**
 * Work that is done in Messages' window: one at a time, and of what concerns the same message or conversation the
 * next only when all is known of the one before.
 */
export interface Queue {
  /**
   * Does the work when it is its turn. The work calls `leave` when it needs the window no longer; it still keeps
   * what it is about until it ends. Throws `busy` and `shutting_down`, and what the work throws.
   */
  run<T>(about: string, work: (leave: () => void) => Promise<T>): Promise<T>;
  /** Whether anything about this is waiting or under way. */
  has(about: string): boolean;
  /** Begins nothing any more; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

interface Waiting {
  about: string;
  begin(): void;
  refuse(fault: Fault): void;
}

/** An empty queue. */
export function openQueue(): Queue {
  let waiting: Waiting[] = [];
  let isWindowTaken = false;
  let isStopped = false;
  const underWay = new Map<string, Promise<void>>();

  const next = (): void => {
    if (isWindowTaken) return;
    const place = waiting.findIndex(({ about }) => !underWay.has(about));
    if (place !== -1) waiting.splice(place, 1)[0]?.begin();
  };

  return {
    has: (about) => underWay.has(about) || waiting.some((one) => one.about === about),
    async run<T>(about: string, work: (leave: () => void) => Promise<T>): Promise<T> {
      if (isStopped) throw shuttingDown();
      if (waiting.length >= MOST_WAITING) {
        throw new Fault("busy", `${MOST_WAITING} other actions wait for the Messages window`, {
          retryAfter: RETRY_AFTER,
        });
      }
      return new Promise<T>((resolve, reject) => {
        const begin = (): void => {
          let hasWindow = true;
          isWindowTaken = true;
          const leave = (): void => {
            if (!hasWindow) return;
            hasWindow = false;
            isWindowTaken = false;
            next();
          };
          const end = work(leave)
            .then(resolve, reject)
            .then(() => {
              underWay.delete(about);
              leave();
              next();
            });
          underWay.set(about, end);
        };
        waiting.push({ about, begin, refuse: reject });
        next();
      });
    },
    async stop() {
      isStopped = true;
      for (const { refuse } of waiting) refuse(shuttingDown());
      waiting = [];
      await Promise.all(underWay.values());
    },
  };
}

function shuttingDown(): Fault {
  return new Fault("shutting_down", "Bellhop is stopping; nothing was done");
}

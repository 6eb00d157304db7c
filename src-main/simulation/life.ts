import type { Timers } from "../ports/timers.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Where a process can die: at each thing it does to the world outside. */
export const POINTS = ["timer", "write", "commit", "publish", "post", "answer", "sink"] as const;
export type Point = (typeof POINTS)[number];

/** When a process is to die: at the nth point of a kind from now on, before or after it took effect. */
export interface Doom {
  at: Point | "any";
  nth: number;
  after: boolean;
}

/** What a dead process's code is thrown, wherever it goes on. Nobody but the simulation sees it. */
export class Killed extends Error {
  override name = "Killed";
}

/** One run of the gateway's process, from its start until it is killed or stopped. */
export interface Life {
  readonly number: number;
  isAlive(): boolean;
  /** Something happens to the world outside; it may be the last thing. */
  pass<T>(point: Point, effect: () => T): T;
  /** The two halves of `pass`, for what cannot be one function. */
  arrive(point: Point): void;
  leave(point: Point): void;
  doom(doom: Doom): void;
  /** It will not die of what it was doomed to. */
  reprieve(): void;
  kill(): void;
  /** It has ended by itself. */
  end(): void;
  /** Runs the process's own code from outside; its death ends it quietly. */
  enter<T>(work: () => T): T | undefined;
  timers: Timers;
}

/**
 * A new process. `died` is called at the very moment of its death, before any of its code goes on: what is on the
 * disk then is what the next one finds. `uncaught` is what would have ended a real process.
 */
export function beginLife(options: {
  number: number;
  time: VirtualTime;
  died(where: string): void;
  uncaught(thrown: unknown): void;
}): Life {
  let alive = true;
  let doom: Doom | null = null;
  let isLast = false;

  const die = (where: string): void => {
    if (!alive) return;
    alive = false;
    options.died(where);
  };
  const arrive = (point: Point): void => {
    if (!alive) throw new Killed();
    if (doom === null || (doom.at !== "any" && doom.at !== point)) return;
    doom.nth -= 1;
    if (doom.nth > 0) return;
    isLast = doom.after;
    if (!isLast) {
      die(`before ${point}`);
      throw new Killed();
    }
    doom = null;
  };
  const leave = (point: Point): void => {
    if (alive && isLast) die(`after ${point}`);
    if (!alive) throw new Killed();
  };
  const pass = <T>(point: Point, effect: () => T): T => {
    arrive(point);
    const result = effect();
    leave(point);
    return result;
  };
  const enter = <T>(work: () => T): T | undefined => {
    if (!alive) return undefined;
    try {
      return work();
    } catch (thrown) {
      if (alive) options.uncaught(thrown);
      return undefined;
    }
  };
  return {
    number: options.number,
    isAlive: () => alive,
    reprieve() {
      doom = null;
      isLast = false;
    },
    pass,
    arrive,
    leave,
    doom(next) {
      doom = { ...next };
    },
    kill: () => die("between two things"),
    end: () => {
      alive = false;
    },
    enter,
    timers: {
      after(ms, run) {
        // What a dead process still wants to do never comes to pass.
        if (!alive) return { cancel: () => {} };
        return options.time.after(ms, () => void enter(() => pass("timer", run)));
      },
    },
  };
}

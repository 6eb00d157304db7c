import type {
  LogBatch,
  LogFollow,
  LogFollowed,
  LogLine,
  LogPage,
  LogQuery,
} from "../../src-shared/domain/log-line.ts";
import type { LogTail } from "../observability/log-tail.ts";
import type { Clock } from "../ports/clock.ts";
import type { Timer, Timers } from "../ports/timers.ts";

/** Lines come in bursts; the window is told of them this often at most (ms). */
const BATCH_EVERY_MS = 200;
/** As many as a window can take in at once. */
const MOST_AT_ONCE = 500;
/** A window that has not asked again for so long is gone, or shows something else (ms). */
const FOLLOWED_FOR_MS = 60_000;

/** The log as windows see it. */
export interface LogWindow {
  /** Answers `log.recent`. */
  recent(query: LogQuery): LogPage;
  /** Answers `log.follow`. */
  follow(asked: LogFollow): LogFollowed;
  stop(): void;
}

/**
 * Pushes new lines in batches, while somebody listens to pushes and has asked for the log. Without such a window a line
 * costs nothing here.
 */
export function openLogWindow(options: {
  tail: LogTail;
  clock: Clock;
  timers: Timers;
  /** Whether anybody listens to pushes. */
  isListening(): boolean;
  push(batch: LogBatch): void;
}): LogWindow {
  const { tail, clock, timers } = options;
  /** Until when each has asked for, in ms of the monotonic clock. */
  const followers = new Map<string, number>();
  let unsubscribe: (() => void) | null = null;
  let soon: Timer | undefined;
  let told = 0;

  const stop = (): void => {
    followers.clear();
    unsubscribe?.();
    unsubscribe = null;
    soon?.cancel();
    soon = undefined;
  };
  const isFollowed = (): boolean => {
    const now = clock.monotonic();
    for (const [follower, until] of followers) if (until <= now) followers.delete(follower);
    return followers.size > 0 && options.isListening();
  };
  const flush = (): void => {
    soon = undefined;
    if (!isFollowed()) {
      stop();
      return;
    }
    const lines = tail.after(told);
    const count = tail.newest() - told;
    told = tail.newest();
    const chosen = theMostTelling(lines);
    options.push({ lines: chosen, missed: count - chosen.length });
  };

  return {
    recent: (query) => tail.recent(query),
    follow({ follower, on }) {
      if (on) followers.set(follower, clock.monotonic() + FOLLOWED_FOR_MS);
      else followers.delete(follower);
      if (!isFollowed()) stop();
      else if (unsubscribe === null) {
        told = tail.newest();
        unsubscribe = tail.subscribe(() => {
          soon ??= timers.after(BATCH_EVERY_MS, flush);
        });
      }
      return { newest: tail.newest(), forMs: FOLLOWED_FOR_MS };
    },
    stop,
  };
}

/** Of too many lines the newest, and rather what is worth a look than details. */
function theMostTelling(lines: readonly LogLine[]): LogLine[] {
  if (lines.length <= MOST_AT_ONCE) return [...lines];
  const isDetail = ({ level }: LogLine): boolean => level === "debug";
  const telling = lines.filter((line) => !isDetail(line)).slice(-MOST_AT_ONCE);
  const room = MOST_AT_ONCE - telling.length;
  const details = room === 0 ? [] : lines.filter(isDetail).slice(-room);
  return [...telling, ...details].sort((a, b) => a.id - b.id);
}

import type { Clock } from "../../ports/clock.ts";
import type { OutboxPart, RowDates } from "./outbox-item.ts";
import type { Place } from "./outbox-store.ts";

/** The clocks of Bellhop and of Messages are one, but it may be corrected a little between two looks at it. */
const CLOCKS_DIFFER_MS = 2_000;
/** A row is dated when Messages had it from us; what somebody typed by hand later, when it was typed. */
const LATE_MS = 2 * 60 * 1_000;
/** A row that comes after its part was given up may be dated so much later than that: the machine may just have woken. */
const AFTER_GIVEN_UP_MS = 60_000;
/** How much the clock may have been set back by while no process of ours ran, where it surely was. */
const SET_BACK_MS = 10 * 60 * 1_000;

/** When attempts ran, by clocks that nobody sets. */
export interface AttemptTimes {
  /** Looks at the clocks; to be called every second or so while a row is awaited. */
  look(): void;
  begins(place: Place): void;
  ends(place: Place): void;
  /**
   * How long a row has been waited for since the attempt ended, in ms; from our own start where another process made
   * the attempt. 0 while it runs.
   */
  waited(place: Place): number;
  /** When the row of a part that was given to Messages may be dated, however the clock was set meanwhile. */
  datesOf(part: OutboxPart): { dates: RowDates; soon: number };
  /** The same for a row that comes after the part ended without one. */
  lateRowOf(part: OutboxPart): RowDates;
  /** Of all but these nothing need be known any more. */
  keep(places: readonly Place[]): void;
}

/** An attempt of this process. */
interface Attempt {
  /** In time that is never set, as `ended` is. */
  begun: number;
  /** Wall time less the other. */
  offset: number;
  /** By how much the clock was set since, at least and at most; 0 and 0 for never. */
  back: number;
  forward: number;
  ended: number | null;
  /** Wall time; null while it runs. */
  endedAt: number | null;
}

const keyOf = ({ itemId, position }: Place): string => `${itemId}/${position}`;

/** Nothing was attempted yet by this process. */
export function openAttemptTimes(clock: Clock): AttemptTimes {
  const attempts = new Map<string, Attempt>();
  const startedAt = clock.now();
  const started = clock.monotonic();
  let seen = started;

  const look = (): void => {
    seen = clock.monotonic();
    const offset = clock.now() - seen;
    for (const attempt of attempts.values()) {
      attempt.back = Math.min(attempt.back, offset - attempt.offset);
      attempt.forward = Math.max(attempt.forward, offset - attempt.offset);
    }
  };
  const datesOf: AttemptTimes["datesOf"] = (part) => {
    look();
    const dispatchedAt = part.dispatchedAt ?? 0;
    const attempt = attempts.get(keyOf(part));
    const until = Number.POSITIVE_INFINITY;
    if (attempt === undefined) {
      // Set back since it was given, as it seems: nobody saw by how much.
      const from = startedAt < dispatchedAt ? startedAt - SET_BACK_MS : dispatchedAt;
      return { dates: { from: from - CLOCKS_DIFFER_MS, until }, soon: dispatchedAt + LATE_MS };
    }
    const latest = dispatchedAt + (seen - attempt.begun) + attempt.forward;
    const end = attempt.endedAt ?? latest;
    const from = Math.floor(dispatchedAt + attempt.back) - CLOCKS_DIFFER_MS;
    return { dates: { from, until }, soon: Math.ceil(Math.max(dispatchedAt, end) + LATE_MS) };
  };

  return {
    look,
    begins(place) {
      look();
      const offset = clock.now() - seen;
      attempts.set(keyOf(place), { begun: seen, offset, back: 0, forward: 0, ended: null, endedAt: null });
    },
    ends(place) {
      look();
      const attempt = attempts.get(keyOf(place));
      if (attempt === undefined) return;
      attempt.endedAt = clock.now();
      attempt.ended = seen;
    },
    waited(place) {
      look();
      const attempt = attempts.get(keyOf(place));
      if (attempt === undefined) return seen - started;
      return attempt.ended === null ? 0 : seen - attempt.ended;
    },
    datesOf,
    lateRowOf(part) {
      const { dates, soon } = datesOf(part);
      const attempt = attempts.get(keyOf(part));
      // Rows are dated by the clock as it was then.
      const latest = attempt ? (part.dispatchedAt ?? 0) + (seen - attempt.begun) + attempt.forward : 0;
      const now = Math.max(clock.now(), latest);
      return { from: dates.from, until: Math.ceil(Math.max(soon, attempt ? now + AFTER_GIVEN_UP_MS : 0)) };
    },
    keep(places) {
      const kept = new Set(places.map(keyOf));
      for (const key of attempts.keys()) if (!kept.has(key)) attempts.delete(key);
    },
  };
}

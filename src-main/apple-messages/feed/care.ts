import type { Clock } from "../../ports/clock.ts";
import type { Timer, Timers } from "../../ports/timers.ts";
import type { ChatDatabase } from "../connection.ts";
import { type Aftermath, takeAftermath, type Wanted } from "./aftermath.ts";
import { createBinWalk } from "./bin-walk.ts";
import { goneForGood } from "./deletions.ts";
import type { FeedState } from "./feed-state.ts";
import { emptyStep, type FeedMemory, type FeedStep } from "./feed-step.ts";
import { recall, type Scope } from "./rechecks.ts";
import { createSweep, SWEEP_ROWS } from "./sweep.ts";

/** Looks after what was told before: when, and how much of it at a time. */
export interface Care {
  /** Something was written, and the new rows have been told. */
  noticed(): void;
  /** The safety poll. */
  tick(): void;
  /** These conversations have been told as they are now. */
  remember(conversations: FeedStep["conversations"]): void;
  stop(): void;
}

export interface CareOptions {
  clock: Clock;
  timers: Timers;
  memory: FeedMemory;
  /** Runs something that may fail, and takes note of it. */
  attempt(work: () => void): void;
  /** How far the new rows have been told; null while there are more of them, which come first. */
  place(): FeedState | null;
  /** Another one after each commit and each opening. */
  version(): number;
  /** Asks chat.db about one moment; null when it is another one now. */
  read<T>(question: (database: ChatDatabase) => T): T | null;
  /** Commits a step. */
  hand(step: FeedStep): void;
}

/** The newest rows, looked at again after every commit: most of what changes is among them. */
const RECENT_ROWS = 200;
/** In a burst of commits the newest rows are compared this often at most, in ms… */
const RECENT_EVERY_MS = 20;
/** …and the conversations, and a Recently Deleted that is large, this often. */
const SELDOM_MS = 1_000;
const LARGE_BIN = 2_000;
/** Lets the frames of new rows go out first. */
const SOON_MS = 1;

/** Starts looking after what was told. It does nothing before the first `noticed` or `tick`. */
export function startCare(options: CareOptions): Care {
  const { clock, timers, memory, place, version } = options;
  const sweep = createSweep();
  const binWalk = createBinWalk();
  let known: Map<number, number> | null = null;
  let pending: ReadonlyMap<number, number> = new Map();
  let seenRecent = Number.NaN;
  let seenConversations = Number.NaN;
  let recentAt = Number.NEGATIVE_INFINITY;
  let conversationsAt = Number.NEGATIVE_INFINITY;
  let binAt = Number.NEGATIVE_INFINITY;
  let soon: Timer | undefined;
  let sweeping: Timer | undefined;

  const plan = (): void => {
    if (seenRecent === version() && !binWalk.isUnderWay() && !conversationsAreDue()) return;
    const wait = recentAt + RECENT_EVERY_MS - clock.monotonic();
    soon ??= timers.after(Math.max(SOON_MS, wait), () => {
      soon = undefined;
      options.attempt(lookAtRecent);
    });
  };

  const conversationsAreDue = (): boolean =>
    (seenConversations !== version() || pending.size > 0) && clock.monotonic() - conversationsAt >= SELDOM_MS;

  const lookAtRecent = (): void => {
    const state = place();
    if (state === null) return;
    const due = conversationsAreDue();
    const then = version();
    recentAt = clock.monotonic();
    if (due) conversationsAt = recentAt;
    const inBin = rowsOfBin(state);
    const recent = { from: Math.max(1, state.cursor - RECENT_ROWS + 1), to: state.cursor };
    const beyond = inBin.filter((rowId) => rowId < recent.from || rowId > recent.to);
    const scopes: Scope[] = [recent, ...(beyond.length > 0 ? [{ rowIds: beyond }] : [])];
    const found = inspect(state, state.cursor === 0 ? [] : scopes, due);
    if (found === null) return;
    const more = found.moreRows || found.moreGone;
    if (!found.moreRows) endOfBin(binWalk.done(inBin));
    if (due) {
      seenConversations = then;
      pending = found.pending ?? pending;
    }
    seenRecent = more ? Number.NaN : then;
    plan();
  };

  /** Whether Recently Deleted is as it was told; if not, the next of its rows. */
  const rowsOfBin = (state: FeedState): number[] => {
    const isLarge = (state.deletions?.count ?? 0) > LARGE_BIN;
    if (!binWalk.isUnderWay() && (!isLarge || recentAt - binAt >= SELDOM_MS)) {
      const bin = options.read(({ feed }) => feed.bin());
      if (bin !== null) binWalk.notice(bin, state.deletions);
      binAt = recentAt;
    }
    return binWalk.rows(
      (after, limit) => options.read(({ feed }) => feed.binAfter(after, limit)) ?? [],
      memory,
    );
  };

  const endOfBin = (bin: ReturnType<typeof binWalk.done>): void => {
    const state = place();
    const deletions = state?.deletions ?? null;
    if (bin === null || state === null || deletions === null) return;
    options.hand(emptyStep({ ...state, deletions: { ...bin, entry: deletions.entry } }));
  };

  /** Looks and commits; null when it could not be looked at now. */
  const inspect = (state: FeedState, scopes: readonly Scope[], conversations: boolean): Aftermath | null => {
    const now = clock.now();
    const wanted: Wanted = {
      rows: scopes.map((scope) => recall(memory, scope)),
      conversations: conversations ? { known: conversationsKnown(), pending } : null,
    };
    const found = options.read((database) => takeAftermath(database, state, wanted, now));
    if (found === null) return null;
    const { changes, forgotten } = goneForGood(found.gone, memory, now);
    found.step.changes.push(...changes);
    found.step.forgotten.push(...forgotten);
    const adopts = adopt(found);
    options.hand(found.step);
    return { ...found, moreRows: found.moreRows || adopts };
  };

  /** After a rebuild rows are known by what was told of their guid: then they are looked at once more. */
  const adopt = ({ step, unknown }: Aftermath): boolean => {
    if (unknown.length === 0 || !memory.hasSetAside()) return false;
    const before = new Map(
      unknown.flatMap(({ rowId, guid }) => {
        const told = memory.setAside(guid);
        return told === null ? [] : [[rowId, { ...told, rowId }] as const];
      }),
    );
    step.told = step.told.map((one) => before.get(one.rowId) ?? one);
    return before.size > 0;
  };

  const conversationsKnown = (): Map<number, number> => {
    known ??= new Map(memory.conversations());
    return known;
  };

  const sweepOn = (): void => {
    sweeping = undefined;
    const state = place();
    if (state === null) return;
    const to = sweep.next(state.cursor, version(), clock.monotonic());
    if (to === null) return;
    options.attempt(() => {
      const from = options.read(({ feed }) => feed.startOf(to, SWEEP_ROWS));
      const found = from === null ? null : inspect(state, [{ from, to }], false);
      // What could not be looked at, and what there was too much of, is looked at again.
      if (from !== null && found !== null && !found.moreRows && sweep.done(from, clock.monotonic())) settle();
    });
    sweeping = timers.after(sweep.pace(), sweepOn);
  };

  /** Everything has been looked at, so that what is not remembered is new; nor is what was set aside needed more. */
  const settle = (): void => {
    const state = place();
    if (state === null || state.rebuilt !== null) return;
    const memorySettled = memory.hasSetAside() ? "settled" : "kept";
    if (state.isSurveyed && memorySettled === "kept") return;
    const next = state.isSurveyed ? state : { ...state, isSurveyed: true };
    options.hand({ ...emptyStep(next), memory: memorySettled });
  };

  return {
    noticed: plan,
    tick() {
      plan();
      if (sweep.isDue(version(), clock.monotonic())) sweeping ??= timers.after(sweep.pace(), sweepOn);
    },
    remember({ told, forgotten }) {
      for (const { id, print } of told) conversationsKnown().set(id, print);
      for (const id of forgotten) conversationsKnown().delete(id);
    },
    stop() {
      soon?.cancel();
      sweeping?.cancel();
    },
  };
}

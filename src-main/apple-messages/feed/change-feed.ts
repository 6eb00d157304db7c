import { statSync } from "node:fs";
import type { Clock } from "../../ports/clock.ts";
import type { Timer, Timers } from "../../ports/timers.ts";
import type { ChatDb } from "../chat-db.ts";
import type { ChatDatabase } from "../connection.ts";
import { ReadingFailure } from "../reading-failure.ts";
import type { Watch, Watcher } from "../watcher.ts";
import { type Care, startCare } from "./care.ts";
import { printOf } from "./conversation-changes.ts";
import { firstPlace, placeIn } from "./feed-place.ts";
import type { FeedState } from "./feed-state.ts";
import { emptyStep, type FeedMemory, type FeedStep, isIdle } from "./feed-step.ts";
import { type FeedNotes, markOf, type News, SLICE_ROWS, takeNews } from "./news.ts";
import { isKnownByGuid, leaveOutTold } from "./rebuilt.ts";
import { createWidth } from "./width.ts";

export interface FeedOptions extends FeedNotes {
  chatDb: ChatDb;
  clock: Clock;
  timers: Timers;
  watch: Watch;
  pollIntervalMs: number;
  /** What the last run remembered; null on the first one, which begins at the database's end. */
  remembered: FeedState | null;
  memory: FeedMemory;
  /** Commits a step. When it throws, the same rows come again with the next look. */
  commit(step: FeedStep): void;
}

/** What one look has read. */
interface Found {
  step: FeedStep;
  version: number;
  generation: number;
  /** The slice was full: there may be more. */
  more: boolean;
  /** Of another database than before, some guids. */
  guids?: readonly string[];
}

export interface ChangeFeed {
  /** Looks now, without waiting for a file event. */
  look(): void;
  /** Every row that is in chat.db now has been looked at. */
  isCaughtUp(): boolean;
  stop(): void;
}

/** A file event can come before the log's index shows the commit, and the index fires none: look again. */
const AGAIN_MS = [2, 8, 32];
/** After a look that failed, a file event leads to the next one this much later, and to one at most. */
const RECOVERY_MS = 500;
/** Rows whose guids are remembered beside the last one's. */
const ANCHORS = 5;
/** Messages of another database that are asked whether they are known. */
const SAMPLE = 50;

/**
 * Follows chat.db and hands over every change once: new rows in order of ROWID, from wherever it stopped last
 * time, and then what has become of the rows before them.
 */
export function startChangeFeed(options: FeedOptions): ChangeFeed {
  const { chatDb, clock, timers, commit, complain } = options;
  let state = options.remembered;
  let seenVersion = -1;
  let seenGeneration = -1;
  let behind = true;
  /** The last look failed: at chat.db, or at recording what it found. */
  let ailing = false;
  let stopped = false;
  let watcher: Watcher | undefined;
  let again: Timer[] = [];
  let slice: Timer | undefined;
  let poll: Timer | undefined;
  let recovery: Timer | undefined;
  let waited: Timer | undefined;
  const width = createWidth(SLICE_ROWS);

  const noticed = (): void => {
    if (stopped) return;
    if (ailing) {
      // Opening a damaged file makes file events itself, and a full disk stays full: answered at once, they
      // would never end.
      recovery ??= timers.after(RECOVERY_MS, () => {
        recovery = undefined;
        look();
      });
      return;
    }
    for (const timer of again) timer.cancel();
    again = AGAIN_MS.map((ms) => timers.after(ms, look));
    // One commit makes many events, some before it is done: whether the file is another one can wait for `again`.
    glance();
  };

  /** Whether the work could be done; a failure ends no more than this one look. */
  function attempt(work: () => void): void {
    try {
      work();
      ailing = false;
    } catch (thrown) {
      ailing = true;
      width.notice(thrown);
      // chatDb keeps what is wrong with the file; anything else is worth a line.
      if (!(thrown instanceof ReadingFailure)) complain(thrown);
    }
  }

  function look(): void {
    if (stopped || slice) return;
    attempt(() => {
      chatDb.noticeReplacement();
      readOn();
    });
  }

  function glance(): void {
    if (!stopped && !slice) attempt(readOn);
  }

  function readOn(): void {
    const found = chatDb.read(lookInto);
    if (found !== null) take(found);
  }

  /** Reads what is new; null when nothing can be. */
  function lookInto(database: ChatDatabase): Found | null {
    // Before the rows: a commit that comes meanwhile then shows as another version next time.
    const version = database.dataVersion();
    const generation = chatDb.generation();
    const same = generation === seenGeneration && version === seenVersion;
    if (same && !behind && !heldAreDue()) return null;
    // Rows and fingerprints of one moment, or a change between them would never be told.
    return { ...database.snapshot(() => newsOf(database)), version, generation };
  }

  function newsOf(database: ChatDatabase): Pick<Found, "step" | "more" | "guids"> {
    const now = clock.now();
    const place = state === null ? firstPlace(database, now) : placeIn(database, state, now);
    // Another database: what was told is put aside first, so that its rows are known when they come.
    if (place.rebuilt !== null && place.rebuilt !== state?.rebuilt) {
      const guids = database.feed.guidsUpTo(place.rebuilt.at, SAMPLE);
      return { step: { ...emptyStep(place), memory: "set aside" }, more: true, guids };
    }
    const { rows, more, held, mark, ...news } = newsBeyond(database, place, now);
    const last = rows.at(-1);
    const isSame = last === undefined && place === state && sameHeld(held, place.held);
    const cursor = last?.row_id ?? place.cursor;
    const next: FeedState = {
      ...place,
      ...mark,
      cursor,
      cursorGuid: last?.guid ?? place.cursorGuid,
      anchors: [...place.anchors, ...rows.map(({ row_id: rowId, guid }) => ({ rowId, guid }))].slice(
        -ANCHORS,
      ),
      held,
      rebuilt: place.rebuilt !== null && cursor < place.rebuilt.upTo ? place.rebuilt : null,
    };
    const told = news.changes.flatMap((change) => {
      const id = change.type === "conversation.updated" ? change.data.conversation.id : null;
      return id === null ? [] : (printOf(database, id) ?? []);
    });
    const isNew = news.changes.length > 0 && last !== undefined;
    const latencyMs = isNew ? sinceWritten(chatDb.path, now) : null;
    const conversations = { told, forgotten: [] };
    return { step: { ...emptyStep(isSame ? place : next), ...news, conversations, latencyMs }, more };
  }

  /** Where even one row alone cannot be read, it is passed over: those behind it must not wait for ever. */
  function newsBeyond(database: ChatDatabase, place: FeedState, now: number): News {
    try {
      return takeNews(database, place, width.rows(), now, options);
    } catch (thrown) {
      if (!width.isTheRow(thrown)) throw thrown;
      complain(thrown);
      const { rows, more } = database.feed.after(place.cursor, 1, 0);
      return { changes: [], outgoing: [], told: [], held: place.held, mark: markOf(place), rows, more };
    }
  }

  /** Hands a step over, outside of the reading: what fails here is not chat.db's fault. */
  function take({ step, version, generation, more, guids }: Found): void {
    behind = true;
    const { rebuilt, isSurveyed } = step.state;
    if (guids && rebuilt) rebuilt.byGuid = isKnownByGuid(guids, isSurveyed, options.memory);
    else if (state?.rebuilt) leaveOutTold(step, state.rebuilt, options.memory);
    try {
      hand(step);
    } catch (thrown) {
      if (!width.isTheRow(thrown)) throw thrown;
      complain(thrown);
      hand(emptyStep(step.state));
    }
    width.done();
    seenVersion = version;
    seenGeneration = generation;
    behind = more;
    if (!more) {
      care.noticed();
      return;
    }
    slice = timers.after(0, () => {
      slice = undefined;
      glance();
    });
  }

  function hand(step: FeedStep): void {
    if (!isIdle(step, state)) commit(step);
    state = step.state;
    care.remember(step.conversations);
    watchHeld();
  }

  /** A row waits no longer than it must, also when nothing else is written; who waits for hours, for the poll. */
  function watchHeld(): void {
    waited?.cancel();
    const wait = Math.min(...(state?.held ?? []).map(({ until }) => until)) - clock.now();
    waited = wait < options.pollIntervalMs * 2 ? timers.after(Math.max(0, wait), glance) : undefined;
  }

  /** Some row has waited long enough; also when the clock was set back, which would make it wait on. */
  const heldAreDue = (): boolean => {
    const now = clock.now();
    return state?.held.some(({ since, until }) => now >= until || now < since) ?? false;
  };

  const tick = (): void => {
    if (stopped) return;
    watcher?.rearm();
    look();
    care.tick();
    poll = timers.after(options.pollIntervalMs, tick);
  };

  const care: Care = startCare({
    clock,
    timers,
    memory: options.memory,
    attempt,
    place: () => (behind || stopped ? null : state),
    version: () => seenGeneration * 2 ** 32 + seenVersion,
    read: (question) =>
      chatDb.read((database) =>
        // A database that was opened since is for `look` to find its place in first.
        chatDb.generation() === seenGeneration ? database.snapshot(() => question(database)) : null,
      ),
    hand,
  });
  watcher = options.watch(chatDb.path, noticed);
  tick();
  return {
    look,
    isCaughtUp: () => !behind,
    stop() {
      stopped = true;
      watcher?.stop();
      care.stop();
      for (const timer of [...again, slice, poll, recovery, waited]) timer?.cancel();
    },
  };
}

function sameHeld(a: FeedState["held"], b: FeedState["held"]): boolean {
  return (
    a.length === b.length &&
    a.every((one, at) => {
      const other = b[at];
      return one.rowId === other?.rowId && one.since === other.since && one.until === other.until;
    })
  );
}

/** Time since the log was last written, in ms; null where a checkpoint or an old file makes that meaningless. */
function sinceWritten(path: string, now: number): number | null {
  try {
    const elapsed = now - statSync(`${path}-wal`).mtimeMs;
    return elapsed >= 0 && elapsed < 60_000 ? elapsed : null;
  } catch {
    return null;
  }
}

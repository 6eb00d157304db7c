import { statSync } from "node:fs";
import type { Message } from "../../src-shared/domain/message.ts";
import type { Clock } from "../ports/clock.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import type { Change } from "./change.ts";
import type { ChatDb } from "./chat-db.ts";
import type { ChatDatabase } from "./connection.ts";
import { firstPlace, placeIn } from "./feed-place.ts";
import { type FeedState, isDecided, isLostSend, judge } from "./feed-state.ts";
import type { MessageRow } from "./message-queries.ts";
import { isSqliteError, ReadingFailure } from "./reading-failure.ts";
import { toChange } from "./row-to-domain.ts";
import type { Watch, Watcher } from "./watcher.ts";

/** A row of our own as it stands: what a send is confirmed by. */
export interface OutgoingRow {
  message: Message;
  /** Whether Messages has decided: sent, or failed with `message.errorCode`. */
  settled: boolean;
  /** Whether it is the empty row in no conversation that macOS 26 leaves after a group send that failed. */
  lost: boolean;
}

/** One look's result. Whoever is handed it commits all of it in one transaction. */
export interface FeedStep {
  state: FeedState;
  changes: Change[];
  outgoing: OutgoingRow[];
  /** From Messages' write to now, in ms; null when that cannot be told. */
  latencyMs: number | null;
}

export interface FeedOptions {
  chatDb: ChatDb;
  clock: Clock;
  timers: Timers;
  watch: Watch;
  pollIntervalMs: number;
  /** What the last run remembered; null on the first one, which begins at the database's end. */
  remembered: FeedState | null;
  /** Commits a step. When it throws, the same rows come again with the next look. */
  commit(step: FeedStep): void;
  complain(thrown: unknown): void;
}

/** What one look has read. */
interface Found {
  step: FeedStep;
  version: number;
  generation: number;
  /** The slice was full: there may be more. */
  more: boolean;
}

export interface ChangeFeed {
  /** Looks now, without waiting for a file event. */
  look(): void;
  /** Every row that is in chat.db now has been looked at. */
  isCaughtUp(): boolean;
  stop(): void;
}

/** Rows in one transaction: enough to be fast, few enough that the event loop stays free. */
const SLICE = 50;
/** A file event can come before the log's index shows the commit, and the index fires none: look again. */
const AGAIN_MS = [2, 8, 32];
/** After a look that failed, a file event leads to the next one this much later, and to one at most. */
const RECOVERY_MS = 500;

/** Follows chat.db and hands over every change once, in order of ROWID, from wherever it stopped last time. */
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
    look();
  };

  function look(): void {
    if (stopped || slice) return;
    try {
      chatDb.noticeReplacement();
      const found = chatDb.read(lookInto);
      if (found !== null) take(found);
      ailing = false;
    } catch (thrown) {
      ailing = true;
      // chatDb keeps what is wrong with the file; anything else is worth a line.
      if (!(thrown instanceof ReadingFailure)) complain(thrown);
    }
  }

  /** Reads what is new; null when nothing can be. */
  function lookInto(database: ChatDatabase): Found | null {
    // Before the rows: a commit that comes meanwhile then shows as another version next time.
    const version = database.dataVersion();
    const generation = chatDb.generation();
    const same = generation === seenGeneration && version === seenVersion;
    if (same && !behind && !heldAreDue()) return null;
    const now = clock.now();
    const place = state === null ? firstPlace(database, now) : placeIn(database, state, now);
    const rows = database.messages.after(place.cursor, SLICE);
    return { step: takeStep(database, place, rows), version, generation, more: rows.length === SLICE };
  }

  /** Hands a step over, outside of the reading: what fails here is not chat.db's fault. */
  function take({ step, version, generation, more }: Found): void {
    behind = true;
    if (step.state !== state) commit(step);
    state = step.state;
    seenVersion = version;
    seenGeneration = generation;
    behind = more;
    if (!more) return;
    slice = timers.after(0, () => {
      slice = undefined;
      look();
    });
  }

  /** Some row has waited long enough; also when the clock was set back, which would make it wait on. */
  const heldAreDue = (): boolean => {
    const now = clock.now();
    return state?.held.some(({ since, until }) => now >= until || now < since) ?? false;
  };

  function takeStep(database: ChatDatabase, place: FeedState, rows: readonly MessageRow[]): FeedStep {
    const now = clock.now();
    const changes: Change[] = [];
    const outgoing: OutgoingRow[] = [];
    const held: FeedState["held"] = [];
    // A clock that was ahead must not make everything that follows look old.
    let highWater = Math.min(place.highWater, now);
    const consider = (row: MessageRow, since: number): void => {
      const change = changeOf(row, database);
      const verdict = judge(row, change, since, now, { highWater, rebuilt: place.rebuilt });
      if (change?.type === "message.sent") {
        const lost = verdict.step !== "hold" && isLostSend(row, change);
        outgoing.push({ message: change.data, settled: isDecided(row), lost });
      }
      if (verdict.step === "hold")
        held.push({ rowId: row.row_id, guid: row.guid, since, until: verdict.until });
      if (verdict.step === "emit" && change !== null) changes.push(change);
      // A scheduled message is dated in the future and must not make everything else look old.
      if (row.at !== null && row.at <= now) highWater = Math.max(highWater, row.at);
    };

    for (const { rowId, guid, since } of place.held) {
      const row = database.messages.byRowId(rowId);
      // A clock that was set back begins its wait anew.
      if (row?.guid === guid) consider(row, Math.min(since, now));
    }
    for (const row of rows) consider(row, now);
    const last = rows.at(-1);
    const unchanged = !last && place === state && sameHeld(held, place.held);
    const cursor = last?.row_id ?? place.cursor;
    return {
      state: unchanged
        ? place
        : {
            cursor,
            cursorGuid: last?.guid ?? place.cursorGuid,
            file: place.file,
            highWater,
            held,
            rebuilt: place.rebuilt !== null && cursor < place.rebuilt.upTo ? place.rebuilt : null,
          },
      changes,
      outgoing,
      latencyMs: changes.length > 0 && rows.length > 0 ? sinceWritten(chatDb.path, now) : null,
    };
  }

  /** One row that cannot be understood must not stop those behind it. */
  function changeOf(row: MessageRow, { messages }: ChatDatabase): Change | null {
    try {
      return toChange(row, messages);
    } catch (thrown) {
      if (isSqliteError(thrown)) throw thrown;
      complain(thrown);
      return null;
    }
  }

  const tick = (): void => {
    if (stopped) return;
    watcher?.rearm();
    look();
    poll = timers.after(options.pollIntervalMs, tick);
  };

  watcher = options.watch(chatDb.path, noticed);
  tick();
  return {
    look,
    isCaughtUp: () => !behind,
    stop() {
      stopped = true;
      watcher?.stop();
      for (const timer of [...again, slice, poll, recovery]) timer?.cancel();
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

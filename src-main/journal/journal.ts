import type { Event, EventType } from "../../src-shared/domain/event.ts";
import { Fault } from "../../src-shared/faults.ts";
import { type Database, isSqliteError } from "../storage/database.ts";
import type { Meta } from "../storage/meta.ts";
import type { Vault } from "../storage/vault.ts";
import type { Entry } from "./entry.ts";
import { openEventCount } from "./event-count.ts";
import { aboutOf, eventId } from "./event-id.ts";
import { type EventRow, prepareEventRows } from "./event-rows.ts";
import { keepLookedUp } from "./looked-up-events.ts";
import { keepRecentEvents } from "./recent-events.ts";
import { FORM, readEvent } from "./stored-event.ts";

/** How far the sequence jumps after an unclean stop: more than a commit that was lost could have used. */
const JUMP = 1_000;
const CLOSED_AT = "journal_closed_at";

/**
 * The durable list of events: the one source of every webhook, socket and line in the window. What it gives is shared
 * by all who ask, and not to be changed.
 */
export interface Journal {
  /** Appends what is new of `changes`; call it inside the one transaction. Known changes are left out. */
  append(changes: readonly Entry[], at: number): Event[];
  /** The event with this sequence; null where there is none. Throws when it cannot be read. */
  get(seq: number): Event | null;
  /** The newest events, newest first. */
  latest(limit: number): Event[];
  /**
   * Events after `since`, oldest first; fewer than `limit` only when there are no more. What cannot be read is passed
   * over.
   */
  after(
    since: number,
    options: { limit: number; types?: ReadonlySet<EventType> | undefined; upTo?: number | undefined },
  ): Event[];
  /** The highest sequence of any event there ever was; 0 when there was none. */
  newest(): number;
  /** Every event up to this sequence was dropped; 0 when none was. */
  prunedTo(): number;
  /** Throws `cursor_expired` when not everything after `since` is here to be told. */
  checkCursor(since: number): void;
  /** Sequence and time of the oldest events, oldest first. */
  oldest(limit: number): { seq: number; at: number }[];
  /** Drops at most `limit` events, the oldest first, none of them after `upTo`. Returns how many. */
  prune(upTo: number, limit: number): number;
  /**
   * The sequence of the last event that was told before this moment (ms since 1970), 0 when there is none. Where the
   * clock was set back in between, one of several such places.
   */
  seqBefore(at: number): number;
  /** How many events there are. */
  count(): number;
  /** Says that everything is committed, so that the next start need not jump. */
  close(): void;
}

/**
 * Opens the journal in bellhop.db. A sequence is never used twice, also not after a crash. `complain` hears of events
 * that are passed over because they cannot be read.
 */
export function openJournal(
  database: Database,
  meta: Meta,
  vault: Vault,
  complain: (thrown: unknown) => void = () => {},
): Journal {
  const rows = prepareEventRows(database);
  const recent = keepRecentEvents();
  const lookedUp = keepLookedUp();
  const counted = openEventCount(database);

  const last = rows.newest();
  const clean = last === 0 || meta.get(CLOSED_AT) === String(last);
  let next = clean ? last + 1 : last + JUMP;
  meta.set(CLOSED_AT, "");

  const open = ({ seq, id, type, at, form, sealed_data }: EventRow): Event =>
    readEvent({ id, seq, type, at }, JSON.parse(vault.open(sealed_data)), form);

  /** From memory where it is there; null when it cannot be read. */
  const read = (row: EventRow): Event | null => {
    const known = recent.get(row.seq);
    if (known !== undefined) return known.event;
    try {
      return open(row);
    } catch (thrown) {
      if (isSqliteError(thrown)) throw thrown;
      complain(thrown);
      return null;
    }
  };
  const isEvent = (event: Event | null): event is Event => event !== null;

  return {
    append(changes, at) {
      const events: Event[] = [];
      for (const { version, ...change } of changes) {
        const id = eventId(aboutOf(change), change.type, version);
        const data = JSON.stringify(change.data);
        const row = { seq: next, id, type: change.type, at, form: FORM, sealed_data: vault.seal(data) };
        if (!rows.insert(row)) continue;
        const event: Event = { ...change, id, seq: next, at };
        events.push(event);
        recent.add(event, data.length);
        next += 1;
      }
      return events;
    },
    get(seq) {
      const known = recent.get(seq);
      if (known !== undefined) {
        if (known.isCommitted) return known.event;
        // Its transaction may have been rolled back.
        if (rows.has(seq)) {
          known.isCommitted = !database.inTransaction;
          return known.event;
        }
        recent.forget(seq);
        return null;
      }
      const again = lookedUp.get(seq);
      if (again !== undefined) return again;
      const row = rows.bySeq(seq);
      if (row === null) return null;
      const event = open(row);
      lookedUp.add(event, row.sealed_data.length);
      return event;
    },
    latest: (limit) => rows.latest(limit).map(read).filter(isEvent),
    after(since, { limit, types, upTo = Number.MAX_SAFE_INTEGER }) {
      const events: Event[] = [];
      let position = since;
      for (;;) {
        const wanted = limit - events.length;
        const found = rows.after(position, upTo, types, wanted);
        events.push(...found.map(read).filter(isEvent));
        position = found.at(-1)?.seq ?? position;
        if (found.length < wanted || events.length >= limit) return events;
      }
    },
    newest: rows.newest,
    prunedTo: rows.prunedTo,
    checkCursor(since) {
      const oldest = rows.prunedTo();
      const newest = rows.newest();
      if (since >= oldest && since <= newest) return;
      const why =
        since < oldest
          ? `events after ${since} are no longer kept`
          : `there is no event ${since} yet, so it is of another journal`;
      throw new Fault("cursor_expired", `${why}; the oldest usable since is ${oldest}, the newest ${newest}`);
    },
    oldest: rows.oldest,
    prune: database.transaction((upTo: number, limit: number): number => {
      const { count, seq } = rows.prefix(upTo, limit);
      if (count === 0) return 0;
      counted.dropped(count, rows.prunedTo(), seq);
      rows.dropUpTo(seq);
      recent.forgetUpTo(seq);
      lookedUp.clear();
      return count;
    }),
    seqBefore: rows.seqBefore,
    count: () => counted.now({ newest: rows.newest(), prunedTo: rows.prunedTo() }),
    close: () => meta.set(CLOSED_AT, String(rows.newest())),
  };
}

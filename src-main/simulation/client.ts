import type { Event } from "../../src-shared/domain/event.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Follow, Follower } from "../journal/following.ts";
import type { Journal } from "../journal/journal.ts";
import type { Chance } from "./chance.ts";
import type { Ledger } from "./ledger.ts";
import type { Life } from "./life.ts";
import { type Interest, isInteresting } from "./receivers.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How fast a client takes what it is given. */
export type Pace = "fast" | "slow" | "stalled";

/** The other end of a socket or a stream: comes back with its position, and takes nothing twice and leaves nothing out. */
export interface Client {
  readonly name: string;
  pace: Pace;
  isConnected(): boolean;
  connect(gateway: { life: Life; follow: Follow; journal: Journal }): void;
  /** The connection is gone, with some of what was on its way. */
  disconnect(): void;
  /** Whether it has everything that it wants. */
  isUpToDate(): boolean;
}

/** What a client must know of the world. */
export interface ClientOptions {
  name: string;
  interest: Interest;
  /** Begins with what there is from the first connection on, or with everything. */
  fromNow: boolean;
  /** For how many bytes each event counts. */
  eventBytes: number;
  ledger: Ledger;
  time: VirtualTime;
  chance: Chance;
  happened(what: "expired" | "too slow" | "catch up" | "connect"): void;
  trace(line: () => string): void;
  violation(what: string): void;
}

const MIB = 1024 * 1024;
const PATIENCE_MS = 30_000;

/** A client that is not connected yet. */
export function openClient(options: ClientOptions): Client {
  const { name, ledger, time, chance, violation } = options;
  /** The last sequence that it has. */
  let position: number | null = options.fromNow ? null : 0;
  /** How far in the ledger everything is here. */
  let index = 0;
  let connection: Connection | null = null;
  let pace: Pace = "fast";

  interface Connection {
    life: Life;
    follower: Follower | null;
    buffer: Event[];
    drained: (() => void)[];
    takenAt: number;
    isTaking: boolean;
  }

  const isUnwanted = (event: Event | undefined): boolean => event !== undefined && !isWanted(event);
  const isWanted = (event: Event): boolean => isInteresting(options.interest, event);

  /** The client's own order: what comes next in the ledger comes next here. */
  const take = (event: Event): void => {
    const events = ledger.events();
    let next = events[index];
    while (next && !isWanted(next)) {
      index += 1;
      next = events[index];
    }
    if (next?.seq !== event.seq)
      violation(`${name} is told ${event.seq} where ${next?.seq ?? "nothing"} comes next`);
    else index += 1;
    position = event.seq;
    ledger.note(event);
  };
  const startAfter = (seq: number): void => {
    position = seq;
    const events = ledger.events();
    index = events.findIndex((event) => event.seq > seq);
    if (index < 0) index = events.length;
  };
  const takeSome = (mine: Connection, count: number): void => {
    for (const event of mine.buffer.splice(0, count)) take(event);
    if (count > 0) mine.takenAt = time.clock.monotonic();
  };
  const goOn = (mine: Connection): void => {
    if (mine.isTaking || pace === "stalled" || mine.buffer.length === 0) return;
    mine.isTaking = true;
    time.after(pace === "fast" ? 1 : 2_000, () => {
      mine.isTaking = false;
      if (connection !== mine || !mine.life.isAlive()) return;
      takeSome(mine, pace === "fast" ? mine.buffer.length : 1);
      mine.life.enter(() => {
        for (const listener of mine.drained) listener();
      });
      goOn(mine);
    });
  };
  /** What was on its way may still arrive, from the first on. */
  const lose = (): void => {
    if (connection === null) return;
    takeSome(connection, chance.between(0, connection.buffer.length));
    connection = null;
  };
  const expired = (fault: Fault, journal: Journal): void => {
    const oldest = journal.prunedTo();
    options.happened("expired");
    options.trace(() => `  ${name} is told that ${position} has expired; ${oldest} is the oldest`);
    if (fault.code !== "cursor_expired") violation(`${name} was refused with ${fault.code}`);
    if (position === null || position >= oldest)
      violation(`${name} was told that ${position} expired, after ${oldest}`);
    startAfter(oldest);
  };

  return {
    name,
    get pace() {
      return pace;
    },
    set pace(next) {
      pace = next;
      if (connection !== null) goOn(connection);
    },
    isConnected: () => connection?.life.isAlive() ?? false,
    connect({ life, follow, journal }) {
      lose();
      options.happened("connect");
      if (position === null) startAfter(journal.newest());
      else if (position < ledger.highest()) options.happened("catch up");
      const mine: Connection = {
        life,
        follower: null,
        buffer: [],
        drained: [],
        takenAt: time.clock.monotonic(),
        isTaking: false,
      };
      const since = options.fromNow && position === journal.newest() ? null : position;
      const start = (from: number | null): Follower =>
        follow({
          since: from,
          types: [...options.interest.types],
          conversations: options.interest.chat === null ? [] : [options.interest.chat],
          sink: {
            write: (event) =>
              life.pass("sink", () => {
                if (connection !== mine) violation(`${name} is written to after its end`);
                mine.buffer.push(event);
                goOn(mine);
              }),
            backlog: () => mine.buffer.length * options.eventBytes,
            onDrain: (listener) => void mine.drained.push(listener),
            expired(fault) {
              lose();
              expired(fault, journal);
            },
            tooSlow() {
              options.happened("too slow");
              options.trace(() => `  ${name} is too slow, with ${mine.buffer.length} before it`);
              const patience = time.clock.monotonic() - mine.takenAt;
              if (mine.buffer.length * options.eventBytes <= 8 * MIB && patience < PATIENCE_MS - 5_000)
                violation(`${name} was called too slow after ${patience} ms`);
              lose();
            },
          },
        });
      connection = mine;
      options.trace(() => `  ${name} connects, and has ${since ?? "no position"}`);
      try {
        mine.follower = start(since);
      } catch (thrown) {
        if (connection === mine) connection = null;
        if (!(thrown instanceof Fault)) throw thrown;
        expired(thrown, journal);
      }
    },
    disconnect() {
      connection?.life.enter(() => connection?.follower?.stop());
      lose();
    },
    isUpToDate() {
      const events = ledger.events();
      while (isUnwanted(events[index])) index += 1;
      return position === null || index >= events.length;
    },
  };
}

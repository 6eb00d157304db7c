import { existsSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src-shared/domain/event.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { guidHash } from "../apple-messages/feed/fingerprint.ts";
import { ReadingFailure } from "../apple-messages/reading-failure.ts";
import { fileModeKeychain } from "../storage/keychain.ts";
import { openVault } from "../storage/vault.ts";
import { openChance } from "./chance.ts";
import { openClient } from "./client.ts";
import { copyDatabase, cutLog } from "./files.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { openLedger } from "./ledger.ts";
import { beginLife, Killed, type Life } from "./life.ts";
import { openMessages } from "./messages.ts";
import { type Disk, isRefusal, type Synced } from "./mortal-database.ts";
import { openOutgoing } from "./outgoing/outgoing.ts";
import { drawPlan } from "./plan.ts";
import { isInteresting, openReceiver, type Receiver } from "./receivers.ts";
import type { Templates } from "./templates.ts";
import { aboutWords, stampOf } from "./trace-words.ts";
import type { Written } from "./truth.ts";
import { settle, virtualTime } from "./virtual-time.ts";
import { recordOf } from "./wishes.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;
/** A clock that is set by less makes no message look old. */
const BELIEVABLE_MS = 30 * 60_000;

/** Makes the world of a seed, with the gateway not started yet. */
export function openWorld(seed: number, templates: Templates, write: ((line: string) => void) | null): World {
  const chance = openChance(seed, 0);
  const fate = openChance(seed, 1);
  const plan = drawPlan(openChance(seed, 2));
  const folder = templates.folder();
  const time = virtualTime();
  const violations: string[] = [];
  const counts = new Map<string, number>();
  const trace = (line: () => string): void => write?.(`${stampOf(time)} ${line()}`);
  const violation = (what: string): void => {
    trace(() => `VIOLATION: ${what}`);
    violations.push(what);
  };
  const happened = (what: string, times = 1): void => void counts.set(what, (counts.get(what) ?? 0) + times);

  const vault = openVault(folder, fileModeKeychain, openChance(seed, 3));
  const stage = templates.stage();
  const messages = openMessages(stage, time.clock, openChance(seed, 4));
  // What was dropped from the journal is not known there when an older chat.db has it happen once more.
  const ledger = openLedger(
    violation,
    (seq) => counts.has("backup put back") && seq <= (parts?.journal.prunedTo() ?? 0),
  );
  const disk: World["disk"] & Disk = {
    trouble: null,
    refuses() {
      if (disk.trouble === null || !fate.happens(disk.trouble.share)) return null;
      happened("refused write");
      return disk.trouble.code;
    },
  };
  let path = join(folder, "bellhop.db");
  let lives = 0;
  let powerFailures = 0;
  let life: Life | null = null;
  let gateway: Gateway | null = null;
  /** Of the running process, from the moment that its journal is open. */
  let parts: Pick<Gateway, "database" | "journal" | "endpoints" | "outbox"> | null = null;
  let handles: { synced: Synced; close(): void } | null = null;
  /** Of whose deliveries it was said that they were dropped. */
  const saidOf = new Set<string>();
  let isPowerFailure = false;
  /** In ms of the world's time; what waits while it is paused waits on over a restart. */
  let pausedSince: number | null = null;
  let isStopping = false;
  /** Since chat.db was replaced, until the gateway has found its place in it: the latest wall time then. */
  let replacedAt: number | null = null;

  const receivers = plan.interests.map((interest, at) =>
    openReceiver({
      name: `hook-${at}`,
      interest,
      time,
      chance: openChance(seed, 10 + at),
      powerFailures: () => powerFailures,
      isGivenUp,
      happened,
      trace,
      violation,
    }),
  );
  const clients = plan.clients.map((options, at) =>
    openClient({
      ...options,
      name: `client-${at}`,
      ledger,
      time,
      chance: openChance(seed, 20 + at),
      happened,
      trace,
      violation,
    }),
  );
  const outgoing = openOutgoing({
    messages,
    time,
    chance: openChance(seed, 5),
    outbox: () => parts?.outbox ?? null,
    pausedSince: () => pausedSince,
    isStopping: () => isStopping,
    isExcused: () =>
      ["clock forward", "clock back", "backup put back", "chat.db rebuilt"].some((what) => counts.has(what)),
    happened,
    trace,
    violation,
    noticed,
    wrote,
  });

  /** In another chat.db, what is not later than all before may have been told before. */
  function wrote(row: Written): void {
    if (replacedAt === null) return;
    row.isLaterDoubtful = true;
    if (row.at <= replacedAt) row.isDoubtful = true;
  }

  function noticed(): void {
    if (life === null || gateway === null || fate.happens(plan.deafness)) return;
    const { noticed: hear } = gateway;
    life.enter(hear);
  }

  /** Deliveries are given up for their age alone, and only when the clock says so. */
  const isTooOld = ({ at }: Event): boolean => time.latest() - at >= plan.settings.deliverForDays * DAY_MS;

  function isGivenUp(name: string, seq: number): boolean {
    const receiver = receivers.find((one) => one.name === name);
    const event = ledger.get(seq);
    const id = receiver === undefined ? null : webhookId(receiver);
    if (parts === null || id === null || event === undefined) return false;
    const state = parts.database
      .prepare<[string, number], string>(
        "SELECT dead_because FROM delivery WHERE webhook_id = ? AND seq = ? AND state = 'dead'",
      )
      .pluck()
      .get(id, seq);
    return state === "expired" && isTooOld(event);
  }

  /** One that was removed and put anew has another id. */
  function webhookId({ url }: Receiver): string | null {
    return parts?.endpoints.byUrl(url)?.webhook.id ?? null;
  }

  /** It is committed: from now on it may not be otherwise, and those who asked are owed it. */
  const committed = (event: Event): void => {
    if (ledger.get(event.seq) === undefined) {
      trace(() => `  event ${event.seq}: ${event.type} of ${aboutWords(event)}`);
      for (const receiver of receivers) {
        const isOn = parts?.endpoints.byUrl(receiver.url)?.webhook.enabled ?? false;
        if (isOn && isInteresting(receiver.interest, event)) receiver.owed.add(event.seq);
      }
      if (event.type === "outbox.updated") outgoing.told(event.data);
    }
    ledger.note(event);
  };

  /** What the last life left behind, before this one does anything. */
  const recovered = (found: NonNullable<typeof parts>): void => {
    parts = found;
    const { database, journal, endpoints, outbox } = found;
    outgoing.begun(outbox);
    const rows = database
      .prepare<[], { seq: number; id: string }>("SELECT seq, id FROM event ORDER BY seq")
      .all();
    const ids = new Map(rows.map(({ seq, id }) => [seq, id]));
    const prunedTo = journal.prunedTo();
    for (const { seq, id } of ledger.events()) {
      const there = ids.get(seq);
      if (there === undefined && seq > prunedTo)
        violation(`event ${seq} was told, and is not in the journal`);
      if (there !== undefined && there !== id) violation(`event ${seq} was ${id}, and is ${there}`);
      if (there !== undefined && seq <= prunedTo) violation(`event ${seq} was dropped, and is there`);
    }
    const highest = ledger.highest();
    for (const { seq } of rows) {
      if (seq <= highest && ledger.get(seq) !== undefined) continue;
      const event = journal.get(seq);
      if (event === null) violation(`event ${seq} cannot be read`);
      else committed(event);
    }
    for (const receiver of receivers) {
      if (lives === 1) endpoints.save(recordOf(receiver, time.clock.now()));
      // Removed, though nobody lived to say so.
      else if (webhookId(receiver) === null) receiver.removed();
    }
  };

  const died = (where: string): void => {
    trace(() => `the gateway is killed ${where}${isPowerFailure ? ", by a power failure" : ""}`);
    happened(isPowerFailure ? "power failure" : "crash");
    happened(`died ${where}`);
    const next = join(folder, `bellhop-${lives}.db`);
    copyDatabase(path, next);
    if (isPowerFailure && handles !== null) {
      powerFailures += 1;
      const lost = cutLog(next, handles.synced, fate);
      if (lost > 0) happened("unsynced log cut");
      trace(() => `  ${lost} bytes of the log were not synchronised`);
    }
    path = next;
    isPowerFailure = false;
  };
  const forget = (): void => {
    life = null;
    gateway = null;
    parts = null;
    handles = null;
  };
  /** Lets go of what a dead process had open. Its files were copied at its death. */
  const bury = (): void => {
    if (life === null || life.isAlive()) return;
    for (const client of clients) client.disconnect();
    const old = parts?.database.name;
    // Whoever is killed copies no log into its database either.
    if (old !== undefined && existsSync(`${old}-wal`)) truncateSync(`${old}-wal`);
    handles?.close();
    if (old !== undefined) for (const suffix of ["", "-wal", "-shm"]) rmSync(old + suffix, { force: true });
    forget();
  };
  /**
   * chat.db as a new process reads it. Mostly by the connection of the one before: it remembers nothing that a crash
   * could lose, and to open one takes longer than all else in a life.
   */
  const openReader = (mine: Life): ChatDb => {
    const shared = stage.reader(fate.happens(0.08));
    const onTrouble: ChatDb["onTrouble"] = (listener) =>
      shared.onTrouble((problem) => void mine.enter(() => listener(problem)));
    return { ...shared, onTrouble };
  };
  const complain = (mine: Life) => (thrown: unknown) => {
    if (!mine.isAlive() || thrown instanceof Killed) return;
    happened("complaint");
    trace(() => `  it complains: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    if (isRefusal(thrown) || thrown instanceof ReadingFailure) return;
    violation(`complained of ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  };
  const checkPlace = (): void => {
    if (replacedAt === null || gateway === null || !life?.isAlive() || !gateway.isCaughtUp()) return;
    const state = gateway.remembered();
    if (state?.file.inode === statSync(messages.path).ino && state.deletions !== null) replacedAt = null;
  };

  const world: World = {
    plan,
    chance,
    time,
    messages,
    receivers,
    clients,
    outgoing,
    ledger,
    disk,
    gateway: () => gateway,
    life: () => life,
    start(doom) {
      bury();
      lives += 1;
      const mine = beginLife({
        number: lives,
        time,
        died,
        uncaught: (thrown) =>
          violation(`uncaught: ${thrown instanceof Error ? thrown.stack : String(thrown)}`),
      });
      life = mine;
      if (doom) mine.doom(doom);
      trace(() => `the gateway starts, for the ${lives}. time`);
      try {
        gateway = startGateway({
          life: mine,
          time,
          path,
          chatDb: openReader(mine),
          vault,
          disk,
          randomness: openChance(seed, 1_000 + lives),
          settings: plan.settings,
          pollIntervalMs: plan.pollIntervalMs,
          checkpointAfter: plan.checkpointAfter,
          post(request) {
            const receiver = receivers.find(({ url }) => url === request.url);
            if (receiver === undefined) throw new Error(`nobody is at ${request.url}`);
            // A dead process sends nothing, and what it waits for never comes.
            if (!mine.isAlive()) return new Promise(() => {});
            try {
              return mine.pass("post", () => receiver.post(mine, request));
            } catch (thrown) {
              if (thrown instanceof Killed) return new Promise(() => {});
              throw thrown;
            }
          },
          messagesApp: outgoing.messagesApp(mine),
          isPaused: () => pausedSince !== null,
          published(events) {
            for (const event of events) committed(event);
          },
          opened(open) {
            handles = open;
          },
          recovered,
          said(sentence) {
            trace(() => `  it says: ${sentence}`);
            for (const receiver of receivers) if (sentence.includes(receiver.url)) saidOf.add(receiver.name);
          },
          complain: complain(mine),
        });
      } catch (thrown) {
        if (mine.isAlive()) {
          if (!isRefusal(thrown)) throw thrown;
          // A gateway that cannot start ends, and somebody starts it again.
          happened("failed start");
          mine.kill();
        }
      }
      if (!mine.isAlive()) bury();
    },
    doom(doom, power) {
      isPowerFailure = power;
      life?.doom(doom);
    },
    kill(power) {
      isPowerFailure = power;
      life?.kill();
      bury();
    },
    async stop() {
      if (gateway === null || life === null) return;
      trace(() => "the gateway is stopped");
      happened("orderly stop");
      let isStopped = false;
      const mine = life;
      const { stop } = gateway;
      isStopping = true;
      for (const client of clients) client.disconnect();
      mine.enter(() => {
        stop().then(
          () => {
            isStopped = true;
          },
          (thrown) => void (mine.isAlive() && violation(`stopping failed: ${thrown}`)),
        );
      });
      await time.advance(6_000, () => isStopped || !mine.isAlive() || violations.length > 0);
      await settle();
      isStopping = false;
      if (!mine.isAlive()) return bury();
      if (!isStopped) violation("it did not stop within six seconds");
      mine.end();
      forget();
    },
    async pass(ms) {
      const mine = life;
      await time.advance(ms, () => (mine !== null && !mine.isAlive()) || violations.length > 0);
      bury();
      checkPlace();
    },
    pause(isPaused) {
      pausedSince = isPaused ? time.clock.monotonic() : null;
      const outbox = gateway?.outbox;
      if (outbox !== undefined) life?.enter(() => outbox.wake());
    },
    isPaused: () => pausedSince !== null,
    isTold: (guid) => ledger.typesOf(guid).length > 0,
    wrote(from) {
      for (const row of messages.rows().slice(from)) wrote(row);
    },
    noticed,
    doubt(isReplaced) {
      if (isReplaced) replacedAt = time.latest();
      for (const row of messages.rows()) {
        if (ledger.typesOf(row.guid).length === 0) row.isDoubtful = true;
      }
    },
    clockIsSet(ms) {
      if (Math.abs(ms) >= BELIEVABLE_MS || replacedAt !== null) this.doubt(false);
    },
    happened,
    counts,
    trace,
    violation,
    violations,
    webhookId,
    isGivenUp,
    isDropped(name, seq) {
      const event = ledger.get(seq);
      return event !== undefined && isTooOld(event) && saidOf.has(name);
    },
    digest: () =>
      ledger
        .events()
        .reduce((sum, { seq, id, at }) => Math.imul(sum ^ guidHash(`${seq} ${id} ${at}`), 0x0100_0193), 7)
        .toString(16),
    end() {
      life?.end();
      bury();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

import { renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { simulatedMessages } from "../../testing/simulated-messages.ts";
import { hasSqliteProgram } from "../../testing/sqlite-program.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { until } from "../../testing/until.ts";
import { watchFiles } from "../watcher.ts";
import { receiveInAnotherProcess, removeLogInAnotherProcess } from "./testing/another-process.ts";
import { trappedFeed } from "./testing/trapped-feed.ts";
import { NO_POLL_MS, watchedFeed } from "./testing/watched-feed.ts";

/** Far below any poll, far above what a watch needs, also on a machine that is busy with other tests. */
const SOON_MS = 2_000;

function withOldMessages() {
  const folder = temporaryFolder();
  const messages = simulatedMessages(folder);
  messages.receive("old");
  return { folder, messages };
}

const removeLog = (path: string): void => {
  for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
};

describe("trap 3: change detection by the system's watch, without the safety poll", () => {
  it("a write to the log is seen within milliseconds, each time", async () => {
    const { messages } = withOldMessages();
    const feed = watchedFeed(messages.path);
    for (let at = 0; at < 30; at += 1) {
      messages.receive(`message ${at}`);
      await until(`message ${at}`, () => feed.said().at(-1) === `message ${at}`, SOON_MS);
    }
    const inOrder = feed.latencies.toSorted((a, b) => a - b);
    expect(inOrder[Math.floor(inOrder.length / 2)]).toBeLessThan(50);
  });

  it("a write right into chat.db is seen, where there is no log", async () => {
    const { messages } = withOldMessages();
    messages.sql("PRAGMA journal_mode = DELETE");
    const feed = watchedFeed(messages.path);
    for (const text of ["one", "two"]) {
      messages.receive(text);
      await until(text, () => feed.said().at(-1) === text, SOON_MS);
    }
  });

  it("a write after a checkpoint is seen, whether it left the log long or empty", async () => {
    const { messages } = withOldMessages();
    const feed = watchedFeed(messages.path);
    for (const [round, mode] of ["PASSIVE", "FULL", "RESTART", "TRUNCATE"].entries()) {
      messages.receive(`before ${mode}`);
      messages.sql(`PRAGMA wal_checkpoint(${mode})`);
      messages.receive(`after ${mode}`);
      await until(mode, () => feed.said().length === 2 * (round + 1), SOON_MS);
    }
  });

  it.skipIf(!hasSqliteProgram).each([
    ["right after chat.db was opened", 0],
    ["when it has been looked at some times", 3],
  ])(
    "a row is seen that was written after the log was recreated as another file, again and again: %s (needs the sqlite3 program)",
    async (_when, looks) => {
      const { messages } = withOldMessages();
      const feed = watchedFeed(messages.path);
      for (let look = 0; look < looks; look += 1) feed.feed.look();
      messages.close();
      const inodes = new Set<number>();
      for (let round = 0; round < 4; round += 1) {
        removeLogInAnotherProcess(messages.path);
        receiveInAnotherProcess(messages.path, `round ${round}`);
        inodes.add(statSync(`${messages.path}-wal`).ino);
        await until(`round ${round}`, () => feed.said().at(-1) === `round ${round}`, SOON_MS);
        // And the watch is on the new file: what comes next into it is heard as well.
        receiveInAnotherProcess(messages.path, `round ${round} again`);
        await until("the next one", () => feed.said().at(-1) === `round ${round} again`, SOON_MS);
      }
      expect(feed.said()).toHaveLength(8);
      expect(inodes.size).toBeGreaterThan(1);
    },
  );

  it("the log's own watch follows it to the new file by itself", async () => {
    const { folder, messages } = withOldMessages();
    let heard = 0;
    const watcher = watchFiles(messages.path, () => {
      heard += 1;
    });
    onTestFinished(() => watcher.stop());
    for (let round = 0; round < 3; round += 1) {
      messages.close();
      removeLog(messages.path);
      const again = simulatedMessages(folder);
      again.receive("makes the log");
      await until("the new log", () => heard > 0, SOON_MS);
      let before = -1;
      await until("quiet", () => {
        const isQuiet = heard === before;
        before = heard;
        return isQuiet;
      });
      heard = 0;
      again.receive("into the new log");
      await until("what is written into it", () => heard > 0, SOON_MS);
      again.close();
      heard = 0;
    }
  });

  it("a log that was not there when the gateway began is watched once it is", async () => {
    const { folder, messages } = withOldMessages();
    messages.close();
    removeLog(messages.path);
    const feed = watchedFeed(messages.path);
    simulatedMessages(folder).receive("the first of this log");
    await until("it", () => feed.said().at(-1) === "the first of this log", SOON_MS);
  });

  it("a database that comes into its folder, and one that replaces it, are seen", async () => {
    const { folder, messages } = withOldMessages();
    messages.close();
    renameSync(messages.path, join(folder, "away.db"));
    const feed = watchedFeed(messages.path);
    expect(feed.chatDb.trouble()?.problem).toBe("missing");
    renameSync(join(folder, "away.db"), messages.path);
    // A look that failed is followed by one half a second after the event.
    await until("the file", () => feed.feed.isCaughtUp(), SOON_MS);
    const other = simulatedMessages(folder, { name: "other.db" });
    other.receive("old");
    const date = Date.now() + 5;
    other.receive("in the other file", { at: date });
    other.close();
    await until("its date", () => Date.now() > date);
    removeLog(messages.path);
    renameSync(other.path, messages.path);
    await until("it", () => feed.said().at(-1) === "in the other file", SOON_MS);
  });
});

describe("trap 3: change detection after an event that came too early", () => {
  /** A feed whose file events the test makes. */
  function withEvents() {
    const { folder, messages } = withOldMessages();
    const time = manualTime(Date.now());
    let noticed = (): void => {};
    const feed = watchedFeed(messages.path, {
      ...time,
      pollIntervalMs: NO_POLL_MS,
      watch: (_path, heard) => {
        noticed = heard;
        return { stop: () => {}, rearm: () => {} };
      },
    });
    time.advance(5_000);
    return { folder, messages, time, feed, event: () => noticed() };
  }

  it.each([
    [1, 2],
    [5, 8],
    [20, 32],
  ])("a commit that shows %i ms after its event is seen %i ms after it", (shows, seen) => {
    const { messages, time, feed, event } = withEvents();
    event();
    time.advance(shows);
    messages.receive("late in the index");
    expect(feed.said()).toEqual([]);
    time.advance(seen - shows);
    expect(feed.said()).toEqual(["late in the index"]);
  });

  it("every event begins these looks anew: the last of a burst has them too", () => {
    const { messages, time, feed, event } = withEvents();
    for (let at = 0; at < 50; at += 1) {
      event();
      time.advance(1);
    }
    event();
    time.advance(20);
    messages.receive("late in the index");
    time.advance(12);
    expect(feed.said()).toEqual(["late in the index"]);
  });

  it("an event that shows at once is told at once", () => {
    const { messages, feed, event } = withEvents();
    messages.receive("now");
    event();
    expect(feed.said()).toEqual(["now"]);
  });
});

describe("trap 3: change detection where no event comes at all", () => {
  it("the safety poll sees it", () => {
    const { messages, follow, time, heard } = trappedFeed();
    follow();
    messages.receive("unheard of");
    expect(heard()).toEqual([]);
    time.advance(1_000);
    expect(heard()).toEqual(["message.received: unheard of"]);
  });

  it("a commit is told by data_version, though neither size nor time of any file shows it", () => {
    const { messages, follow, received } = trappedFeed();
    for (let at = 0; at < 20; at += 1) messages.receive(`makes the log long ${at}`);
    messages.sql("PRAGMA wal_checkpoint(RESTART)");
    const feed = follow();
    const log = `${messages.path}-wal`;
    const before = statSync(log);
    messages.receive("within the old log");
    utimesSync(log, before.atime, before.mtime);
    expect(statSync(log).size).toBe(before.size);
    feed.look();
    expect(received()).toEqual(["within the old log"]);
  });

  it("a touched file without a commit tells nothing and writes nothing", () => {
    const { messages, follow, settle } = trappedFeed();
    let commits = 0;
    const feed = follow({
      refuse() {
        commits += 1;
      },
    });
    messages.receive("one");
    settle(feed);
    settle(feed);
    const before = commits;
    for (const suffix of ["", "-wal"]) utimesSync(messages.path + suffix, new Date(), new Date());
    settle(feed);
    expect(commits).toBe(before);
    expect(feed.said()).toEqual(["one"]);
  });
});

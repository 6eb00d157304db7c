import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { simulatedMessages } from "../testing/simulated-messages.ts";
import { hasSqliteProgram, runSqliteProgram } from "../testing/sqlite-program.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { keepChatDb } from "./chat-db.ts";
import { openChatDatabase } from "./connection.ts";

const isRoot = process.getuid?.() === 0;

/** Runs as a user who may not read what this test makes: nobody, where the test itself is root. */
function asNobody<T>(run: () => T): T {
  if (!isRoot) return run();
  process.seteuid?.(65_534);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}

const problemOf = (path: string): unknown => {
  try {
    openChatDatabase(path).close();
    return null;
  } catch (thrown) {
    return thrown instanceof Error && "problem" in thrown ? thrown.problem : thrown;
  }
};

describe("what cannot be read", () => {
  it("is named by what is wrong with it", () => {
    const folder = temporaryFolder();
    const garbage = join(folder, "garbage.db");
    writeFileSync(garbage, "no database".repeat(500));
    const other = new Sqlite(join(folder, "other.db"));
    other.exec("CREATE TABLE message (x)");
    other.close();
    expect(problemOf(join(folder, "none.db"))).toBe("missing");
    expect(problemOf(join(folder, "no-folder", "chat.db"))).toBe("missing");
    expect(problemOf(garbage)).toBe("unreadable");
    expect(problemOf(join(folder, "other.db"))).toBe("unreadable");
  });

  it("is refused where the system refuses to open it", () => {
    const folder = temporaryFolder();
    const messages = simulatedMessages(folder);
    messages.close();
    chmodSync(folder, 0o755);
    chmodSync(messages.path, 0);
    expect(asNobody(() => problemOf(messages.path))).toBe("refused");
  });

  it("is refused, not missing, where the system refuses even to look", () => {
    const folder = temporaryFolder();
    const messages = simulatedMessages(folder);
    messages.close();
    chmodSync(folder, 0);
    const problem = asNobody(() => problemOf(messages.path));
    chmodSync(folder, 0o700);
    expect(problem).toBe("refused");
  });
});

describe("a connection for reading", () => {
  it("cannot write", () => {
    const messages = simulatedMessages(temporaryFolder());
    const reader = openChatDatabase(messages.path);
    onTestFinished(() => reader.close());
    const { id } = messages.receive("one");
    expect(reader.feed.newest()?.row_id).toBe(id);
    expect(Object.keys(reader)).not.toContain("run");
  });

  it("sees another version after each commit of another connection", () => {
    const messages = simulatedMessages(temporaryFolder());
    const reader = openChatDatabase(messages.path);
    onTestFinished(() => reader.close());
    const before = reader.dataVersion();
    expect(reader.dataVersion()).toBe(before);
    messages.receive("one");
    expect(reader.dataVersion()).not.toBe(before);
  });

  it.skipIf(!hasSqliteProgram)(
    "leaves the locks of this process alone: no other process takes the log away under it",
    () => {
      const messages = simulatedMessages(temporaryFolder());
      messages.receive("one");
      const reader = openChatDatabase(messages.path);
      onTestFinished(() => reader.close());
      expect(reader.messages.count()).toBe(1);
      const log = statSync(`${messages.path}-wal`).ino;
      runSqliteProgram(messages.path, "UPDATE message SET is_read = 1");
      expect(statSync(`${messages.path}-wal`).ino).toBe(log);
    },
  );
});

describe("keeping chat.db open", () => {
  it("tells of trouble once when it begins and once when it ends, with its time", async () => {
    const folder = temporaryFolder();
    const { clock, advance } = manualTime();
    const chatDb = keepChatDb(join(folder, "chat.db"), clock);
    onTestFinished(() => chatDb.close());
    const heard: unknown[] = [];
    chatDb.onTrouble((problem) => heard.push(problem));
    const ask = () => chatDb.read(({ messages }) => messages.count());
    const since = clock.now();
    expect(ask).toThrow();
    advance(1_000);
    expect(ask).toThrow();
    expect(chatDb.trouble()).toEqual({ problem: "missing", since });
    simulatedMessages(folder);
    expect(ask()).toBe(0);
    // Told a moment later, so that nobody asks in the middle of somebody's question.
    await Promise.resolve();
    expect(heard).toEqual(["missing", null]);
  });

  it("lets somebody else's mistake through as it is", () => {
    const messages = simulatedMessages(temporaryFolder());
    const chatDb = keepChatDb(messages.path, manualTime().clock);
    onTestFinished(() => chatDb.close());
    const mistake = new TypeError("mine");
    expect(() =>
      chatDb.read(() => {
        throw mistake;
      }),
    ).toThrow(mistake);
    expect(chatDb.trouble()).toBeNull();
  });
});

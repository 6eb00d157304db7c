import { spawnSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { Fault } from "../../src-shared/faults.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openLog, silentLog } from "./log.ts";
import { openLogTail } from "./log-tail.ts";

const textIn = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");

/** Every way in which something that must not be written has been seen to get into a log. */
function logSecrets(log: ReturnType<typeof openLog>): void {
  const deep = { a: { b: { c: { d: { secret: "LEAK01" } } } } };
  log.info({ key: "LEAK02", apiKey: "LEAK03", deep }, "routine");
  log.info(
    { list: [{ headers: { Authorization: "Bearer LEAK04LEAK", "x-api-key": "LEAK05" } }] },
    "a request",
  );
  log.info({ url: "http://127.0.0.1/api/v1/events?api_key=LEAK06" }, "see /ws?api_key=LEAK07&since=3");
  log.warn({ event: { data: { guid: "g", body: "LEAK08", subject: "LEAK09" } } }, "an event");
  log.warn({ message: { parts: [{ text: "LEAK10" }] }, transcription: "LEAK11" }, "parts");
  log.error({
    err: new Fault("internal", "no", { cause: Object.assign(new Error("x"), { body: "LEAK12" }) }),
  });
  log.error(Object.assign(new Error("refused with Bearer LEAK13LEAK"), { token: "LEAK14" }));
  log.child({ token: "LEAK15", area: "webhook" }).info("of a child");
  log
    .child({ nested: { secret: "LEAK16" } })
    .child({ cookie: "LEAK17" })
    .warn({ password: "LEAK18" }, "twice");
  log.info("key bh_LEAK19LEAK19LEAK is in use");
  log.info({ map: new Map([["k", { secret: "LEAK20" }]]), set: new Set([{ token: "LEAK21" }]) }, "sets");
  log.debug({ secret: "LEAK22", seq: 7, inner: { oneTimeCode: "LEAK23" } }, "whsec_LEAK24LEAK24");
}

describe("the log", () => {
  it("writes no secret and nobody's words, at whatever depth, in file, screen and tail", () => {
    const folder = temporaryFolder();
    const screen: string[] = [];
    const tail = openLogTail({ clock: manualTime().clock });
    const log = openLog({
      folder,
      level: "debug",
      screen: { write: (line) => void screen.push(line) },
      tail,
    });
    logSecrets(log);
    const { lines } = tail.recent({ limit: 100 });
    expect(lines).toHaveLength(12);
    expect(textIn(folder).trimEnd().split("\n")).toHaveLength(12);
    for (const text of [textIn(folder), screen.join(""), JSON.stringify(lines)]) {
      expect(text).not.toContain("LEAK");
      expect(text.length).toBeGreaterThan(50);
    }
  });

  it("writes to the file what its level says, and to the tail everything", () => {
    const folder = temporaryFolder();
    const tail = openLogTail({ clock: manualTime().clock });
    let level: "info" | "debug" | "error" = "info";
    const log = openLog({ folder, level: () => level, tail });
    log.debug("one");
    log.info("two");
    level = "debug";
    log.debug("three");
    level = "error";
    log.warn("four");
    log.error("five");
    const written = textIn(folder);
    expect(["one", "two", "three", "four", "five"].filter((word) => written.includes(word))).toEqual([
      "two",
      "three",
      "five",
    ]);
    expect(tail.recent({ limit: 9 }).lines.map(({ sentence }) => sentence)).toEqual([
      "one",
      "two",
      "three",
      "four",
      "five",
    ]);
  });

  it("says in the tail which part a line is about, how long it took, and what else is known", () => {
    const tail = openLogTail({ clock: manualTime().clock });
    const log = silentLog(tail);
    log
      .child({ area: "webhook", webhook: "wh_1" })
      .debug(
        { took_ms: 22, seq: 48_171, status: null, err: new Error("reset"), ok: true, none: undefined },
        "took it",
      );
    log.warn({ area: "kitchen" }, "no such area");
    expect(tail.recent({ limit: 9 }).lines).toMatchObject([
      {
        id: 1,
        level: "debug",
        area: "webhook",
        sentence: "took it",
        tookMs: 22,
        detail: { webhook: "wh_1", seq: 48_171, status: null, err: "reset", ok: "true" },
      },
      { id: 2, level: "warn", area: "app", sentence: "no such area", tookMs: null },
    ]);
  });

  it("has in the file what the process wrote before it was killed", () => {
    const folder = temporaryFolder();
    const program = join(folder, "program.mjs");
    writeFileSync(
      program,
      `import { openLog } from ${JSON.stringify(resolve(import.meta.dirname, "log.ts"))};
       const log = openLog({ folder: ${JSON.stringify(join(folder, "logs"))}, level: "info" });
       for (let line = 0; line < 1000; line += 1) log.info({ line }, "before the end");
       process.kill(process.pid, "SIGKILL");`,
    );
    expect(spawnSync(process.execPath, [program]).signal).toBe("SIGKILL");
    const lines = textIn(join(folder, "logs")).trimEnd().split("\n");
    expect(lines).toHaveLength(1000);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ line: 999, msg: "before the end" });
  });

  it("begins a new file after so many bytes, and keeps five", () => {
    const folder = temporaryFolder();
    const log = openLog({ folder, level: "info", largestFile: 2_000 });
    for (let line = 0; line < 200; line += 1) log.info({ line }, "routine");
    expect(readdirSync(folder)).toHaveLength(5);
    expect(readFileSync(join(folder, "bellhop.log"), "utf8")).toContain('"line":199');
  });

  it("throws nothing when it cannot be written, when the screen is gone, or when a value is impossible", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "logs"), "a file where the folder should be");
    const screen = Object.assign(new EventEmitter(), {
      write(): never {
        throw new Error("EPIPE");
      },
    });
    const log = openLog({ folder: join(folder, "logs"), level: "info", screen });
    expect(() => {
      log.warn("nobody reads this");
      screen.emit("error", new Error("EPIPE"));
      log.info({
        get trap(): never {
          throw new Error("a trap");
        },
      });
      log.info({ big: 1n, odd: Symbol("x"), what: () => 1 }, "odd");
    }).not.toThrow();
  });
});

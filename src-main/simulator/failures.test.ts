import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { realPorts } from "../ports/real.ts";
import { until } from "../testing/until.ts";
import {
  bringInto,
  FAILURES,
  type FailureName,
  type FailureOptions,
  faultsOf,
  planFailure,
} from "./failures.ts";
import { FAULT_SCRIPTS, type Fault, planFaults, takeFault } from "./faults.ts";
import { startSimulatedMessages } from "./messages-app.ts";
import { runOpen } from "./open.ts";
import { orderOf } from "./scripts.ts";
import { standInsInProcess } from "./stand-ins-in-process.ts";
import { scriptFile, stagedOsascript, WITH_MAYA } from "./testing/staged-osascript.ts";
import { rowOf, temporaryFolder } from "./testing/temporary-store.ts";

const NAMES = Object.keys(FAILURES) as FailureName[];

function failing(name: FailureName, options: FailureOptions = {}) {
  const stage = stagedOsascript();
  planFailure(stage.folder, name, options, Date.now);
  const row = () => rowOf(stage.store, stage.rows()[0]?.guid ?? "");
  return { ...stage, row };
}

describe("a failure by its name", () => {
  it.each(NAMES)("%s is one that the stand-in understands", (name) => {
    const folder = temporaryFolder();
    planFailure(folder, name, { times: 2 }, Date.now);
    const script = faultsOf(name)[0]?.script ?? "ask-automation";
    const some = script === "send" ? "send-file-to-chat" : script === "action" ? "react" : script;
    const taken = [1, 2].map(() => takeFault(folder, some, Date.now));
    expect(taken).toEqual(faultsOf(name, { times: 2 }));
    expect(Object.keys(taken[0] ?? {}).filter((key) => key !== "script")).not.toEqual([]);
  });

  it.each([
    ["automation-denied", -1743],
    ["automation-not-asked", -1744],
    ["no-such-chat", -1728],
    ["no-such-account", -1719],
    ["invalid-key-form", -10002],
    ["wrong-type", -1700],
    ["no-service", -2753],
    ["not-running", -600],
    ["connection-invalid", -609],
    ["timed-out-before", -1712],
  ] as const)("%s leaves the target unresolved, with %i", async (name, code) => {
    const { send, rows } = failing(name);
    expect(await send("hi")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`unresolved ${code} `),
    });
    expect(rows()).toEqual([]);
    expect(await send("again")).toMatchObject({ stdout: "sent\n" });
  });

  it.each([
    ["timed-out", -1712, 0],
    ["timed-out-after-row", -1712, 1],
    ["handler-failed", -10000, 0],
    ["handler-failed-after-row", -10000, 1],
    ["no-such-chat-in-send", -1728, 0],
    ["syntax-error", -2741, 0],
    ["script-error", -2700, 0],
  ] as const)("%s ends the script with %i and leaves %i rows", async (name, code, count) => {
    const { send, rows } = failing(name);
    expect(await send("hi")).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringContaining(`(${code})\n`),
    });
    expect(rows().map(({ sent }) => sent)).toEqual(Array.from({ length: count }, () => 1));
  });

  it.each([
    ["not-on-imessage", 22, {}],
    ["file-unreadable", 25, {}],
    ["row-error", 43, { code: 43 }],
  ] as const)("%s gives the row error %i", async (name, error, options) => {
    const { send, row } = failing(name, options);
    expect(await send("hi")).toMatchObject({ stdout: "sent\n" });
    expect(row()).toMatchObject({ error: BigInt(error), is_sent: 0n });
  });

  it("accessibility-denied meets an action, and no send before it", async () => {
    const { send, script, rows } = failing("accessibility-denied");
    await send("hi");
    const [{ guid } = { guid: "" }] = rows();
    const react = () => script("react", guid, "hi", "love", "add");
    expect((await react()).stdout).toMatch(/^unresolved -25211 /);
    expect((await react()).stdout).toBe("done\n");
  });

  it("late-row says sent, and the row follows", async () => {
    const { send, rows } = failing("late-row", { ms: 60 });
    expect(await send("hi")).toMatchObject({ stdout: "sent\n" });
    expect(rows()).toEqual([]);
    await until("the row", () => rows()[0]?.sent === 1);
  });

  it("timed-out-late-row says −1712, and the row follows", async () => {
    const { send, rows } = failing("timed-out-late-row", { ms: 60 });
    expect(await send("hi")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("(-1712)") });
    expect(rows()).toEqual([]);
    await until("the row", () => rows()[0]?.sent === 1);
  });

  it("late-join leaves the row without a conversation for a while", async () => {
    const { send, rows } = failing("late-join", { ms: 60 });
    await send("hi");
    expect(rows()).toMatchObject([{ sent: 1, chatId: null }]);
    await until("its conversation", () => rows()[0]?.chatId === 1);
  });

  it("fails-later first says that the row was sent", async () => {
    const { send, rows } = failing("fails-later", { ms: 60, code: 22 });
    await send("hi");
    expect(rows()).toMatchObject([{ sent: 1, error: 0 }]);
    await until("the error", () => rows()[0]?.error === 22);
    expect(rows()).toMatchObject([{ sent: 0 }]);
  });

  it("no-row leaves none, and ghost-row an empty one without a conversation", async () => {
    const none = failing("no-row");
    expect(await none.send("hi")).toMatchObject({ stdout: "sent\n" });
    expect(none.rows()).toEqual([]);
    const ghost = failing("ghost-row");
    expect(await ghost.send("hi")).toMatchObject({ stdout: "sent\n" });
    expect(ghost.rows()).toMatchObject([{ sent: 0, chatId: null, body: null, fromMe: 1 }]);
  });

  it("crash dies before the row, crash-after-row behind it", async () => {
    const before = failing("crash");
    expect(await before.send("hi")).toEqual({ exitCode: 137, stdout: "", stderr: "" });
    expect(before.rows()).toEqual([]);
    const after = failing("crash-after-row");
    expect(await after.send("hi")).toEqual({ exitCode: 137, stdout: "", stderr: "" });
    expect(after.rows()).toMatchObject([{ sent: 0, error: 0 }]);
  });

  it.each([
    ["hang", 0],
    ["hang-after-row", 1],
  ] as const)("%s lasts until it is killed, with %i rows", async (name, count) => {
    const { setting, rows } = failing(name);
    const { run } = standInsInProcess({
      osascript: "osascript",
      open: "open",
      setting,
      others: realPorts().processes,
    });
    const args = [scriptFile("send-text-to-chat"), WITH_MAYA, "hi"];
    const finished = await run({ file: "osascript", args, timeoutMs: 100 });
    expect(finished).toEqual({ exitCode: null, stdout: "", stderr: "", timedOut: true });
    expect(rows()).toHaveLength(count);
  });

  it("undecided leaves the row as it is, and so does Messages", async () => {
    const { send, rows, setting } = failing("undecided");
    const pace = { lookMs: 5, adoptMs: 10, deliveredMs: 10 };
    const app = startSimulatedMessages({ ...setting, macos: 26, pace });
    onTestFinished(() => app.stop());
    planFailure(join(setting.chatDbPath, ".."), "crash-after-row", {}, Date.now);
    await send("undecided");
    await send("adopted");
    await until("the second to be delivered", () => rows()[1]?.delivered === 1);
    expect(rows()).toMatchObject([{ sent: 0, error: 0, delivered: 0 }, { sent: 1 }]);
  });

  it("meets as many calls as it is told, behind what is planned already", async () => {
    const { folder, send, rows } = failing("not-on-imessage", { times: 2 });
    expect(planFailure(folder, "row-error", { code: 43 }, Date.now)).toBe(3);
    for (const text of ["a", "b", "c", "d"]) await send(text);
    expect(rows().map(({ error }) => error)).toEqual([22, 22, 43, 0]);
  });
});

describe("a fault", () => {
  it("waits for its script, and lets others pass", async () => {
    const { folder, script, send, rows } = stagedOsascript();
    planFaults(folder, [
      { script: "react", rowError: 1 },
      { script: "send", rowError: 2 },
      { unresolved: -1743 },
    ]);
    expect((await script("ask-automation")).stdout).toMatch(/^unresolved -1743 /);
    expect((await script("ask-automation")).stdout).toBe("on\n");
    await send("hi");
    await send("again");
    await script("react", rows()[1]?.guid ?? "", "again", "love", "add");
    expect(rows().map(({ error }) => error)).toEqual([2, 0, 1]);
    expect(existsSync(join(folder, "faults.json"))).toBe(false);
  });

  it("of a row stays for the call that finds somebody to send to", async () => {
    const { folder, script, rows } = stagedOsascript();
    const faults: Fault[] = [{ rowError: 22 }, { rowError: 43 }];
    planFaults(folder, faults);
    const unknown = await script("send-text-to-chat", "iMessage;-;+15559999", "hi");
    expect(unknown.stdout).toMatch(/^unresolved -1728 /);
    await script("send-text-to-participant", "+15559999", "iMessage", "hi");
    await script("send-text-to-participant", "+15559999", "iMessage", "again");
    expect(rows().map(({ error }) => error)).toEqual([22, 43]);
  });

  it("can be for every script there is", () => {
    const groups = ["send", "action", "open"];
    for (const script of FAULT_SCRIPTS) {
      // A script that is not known gives null; a known one misses its first argument, or needs none.
      if (!groups.includes(script)) expect(orderOf(script, [])).not.toBeNull();
    }
  });
});

describe("Messages that was closed", () => {
  it("answers −600 until it is opened", async () => {
    const { folder, setting, script, send, rows } = stagedOsascript();
    bringInto(folder, "closed");
    for (const asked of [await send("hi"), await send("hi"), await script("ask-automation")])
      expect(asked.stdout).toMatch(/^unresolved -600 /);
    expect(runOpen(["-g", "-j", "-b", "com.apple.MobileSMS"], setting)).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(await send("hi")).toMatchObject({ stdout: "sent\n" });
    expect(rows()).toHaveLength(1);
  });

  it("stays so where it cannot be opened", async () => {
    const { folder, setting, send } = stagedOsascript();
    bringInto(folder, "closed");
    planFailure(folder, "open-fails", {}, Date.now);
    const open = () => runOpen(["-b", "com.apple.MobileSMS"], setting);
    expect(open()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("error -600") });
    expect((await send("hi")).stdout).toMatch(/^unresolved -600 /);
    expect(open()).toMatchObject({ exitCode: 0 });
    expect((await send("hi")).stdout).toBe("sent\n");
  });

  it.each([
    [["-a", "Messages"], 0],
    [["/System/Applications/Messages.app"], 0],
    [["imessage:open?address=+15550111"], 0],
    [["-b", "com.apple.Mail"], 1],
    [["https://example.com"], 1],
    [[], 1],
  ])("is opened by %j: exit %i", async (args, exitCode) => {
    const { folder, setting, send } = stagedOsascript();
    bringInto(folder, "closed");
    expect(runOpen(args, setting).exitCode).toBe(exitCode);
    expect((await send("hi")).stdout).toMatch(exitCode === 0 ? /^sent/ : /^unresolved -600/);
  });

  it("is open again, with nothing planned, when nothing shall fail any more", async () => {
    const { folder, send } = stagedOsascript();
    bringInto(folder, "closed");
    planFailure(folder, "no-service", { times: 5 }, Date.now);
    bringInto(folder, "none");
    expect((await send("hi")).stdout).toBe("sent\n");
  });
});

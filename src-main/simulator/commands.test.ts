import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { FAILURES, STATES } from "./failures.ts";
import { ensureSimulatedDatabase } from "./history.ts";
import { findMessage, participantsOf, recentlyDeleted, textOf } from "./message-store.ts";
import { manualTime } from "./testing/manual-time.ts";
import { rowOf, temporaryFolder, temporaryStore } from "./testing/temporary-store.ts";

const CLI = resolve(import.meta.dirname, "../cli.ts");

/** The commands as a person runs them: processes of their own. */
async function simulate(dataDir: string, ...args: string[]): Promise<Record<string, unknown>> {
  const command = [CLI, "simulate", ...args, "--data-dir", dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 20_000 });
  const last: unknown = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  return { ...(last as object) };
}

function simulatedFolder() {
  const folder = temporaryFolder();
  const { clock } = manualTime();
  ensureSimulatedDatabase({ chatDbPath: join(folder, "simulated", "chat.db"), macos: 26, clock });
  return { folder, store: temporaryStore(26, join(folder, "simulated")) };
}

it("simulate makes things happen from the command line", async () => {
  const { folder, store } = simulatedFolder();
  const file = join(folder, "note.txt");
  writeFileSync(file, "x");
  const { guid } = await simulate(
    folder,
    "receive",
    "--from",
    "+15550001",
    "--text",
    "-hi 👋",
    "--attach",
    file,
  );
  expect(textOf(findMessage(store, String(guid)))).toBe("\uFFFC-hi 👋");
  const tapback = await simulate(folder, "react", "--to", "last", "--kind", "love");
  expect(rowOf(store, String(tapback.guid)).associated_message_guid).toBe(`p:0/${guid}`);
  await simulate(folder, "edit", "--message", "last", "--text", "changed");
  expect(textOf(findMessage(store, String(guid)))).toBe("\uFFFCchanged");
  await simulate(folder, "unsend", "--message", String(guid));
  expect(rowOf(store, String(guid)).part_count).toBe(0n);
  const group = await simulate(folder, "group", "create", "--name", "Crew", "--with", "+15550111,+15550112");
  await simulate(folder, "group", "add", "--group", "Crew", "--address", "+15550113");
  const chat = store.sql.chatByGuid.get(String(group.guid));
  expect(chat && participantsOf(store, chat)).toHaveLength(3);
  await simulate(folder, "fail", "--next", '[{"osascript":-1743}]');
  expect(existsSync(join(folder, "simulated", "faults.json"))).toBe(true);
  expect(await simulate(folder, "status")).toMatchObject({ macos: 26, conversations: 10 });
});

it("simulate plays what else happens in Messages", async () => {
  const { folder, store } = simulatedFolder();
  const from = ["--from", "+15550111"];
  const row = async (...args: string[]) => rowOf(store, String((await simulate(folder, ...args)).guid));
  const url = "https://example.com/a";
  expect(await row("link", ...from, "--url", url, "--title", "A")).toMatchObject({
    balloon_bundle_id: "com.apple.messages.URLBalloonProvider",
  });
  const note = await row("voice", ...from, "--heard", "On my way");
  expect(note).toMatchObject({ is_audio_message: 1n });
  await simulate(folder, "played");
  expect(rowOf(store, String(note.guid))).toMatchObject({ is_played: 1n });
  const poll = await row("poll", "create", ...from, "--title", "When?", "--options", "Fri,Sat");
  const vote = await row("poll", "vote", "--for", "Sat", "--from", "me");
  expect(vote).toMatchObject({ associated_message_guid: poll.guid, associated_message_type: 4000n });
  const file = join(folder, "note.txt");
  writeFileSync(file, "x");
  const late = await row("receive", ...from, "--text", "file follows", "--attach", file, "--late");
  const state = store.database.prepare(
    `SELECT a.transfer_state FROM attachment a JOIN message_attachment_join j ON j.attachment_id = a.ROWID
     WHERE j.message_id = ?`,
  );
  expect(state.pluck().get(late.ROWID)).toBe(0);
  await simulate(folder, "download", "--file", file);
  expect(state.pluck().get(late.ROWID)).toBe(5);
  await simulate(folder, "unsend", "--message", "last", "--part", "0");
  expect(rowOf(store, String(late.guid)).part_count).toBe(1n);
  await simulate(folder, "delete");
  expect(recentlyDeleted(store)).toEqual([late.guid]);
  await simulate(folder, "restore", "--message", String(late.guid));
  expect(recentlyDeleted(store)).toEqual([]);
  expect(await row("schedule", "--to", "+15550111", "--text", "later")).toMatchObject({ schedule_type: 2n });
  const old = await row("backfill", ...from, "--days", "400");
  expect(old.date).toBeLessThan(Number(note.date));
}, 30_000);

it("simulate fail-next plans failures that a person asks for by name", async () => {
  const { folder } = simulatedFolder();
  const faults = () => readFileSync(join(folder, "simulated", "faults.json"), "utf8");
  const denied = await simulate(folder, "fail-next", "automation-denied");
  expect(denied).toEqual({
    planned: "automation-denied",
    times: 1,
    fault: { unresolved: -1743 },
    waiting: 1,
  });
  const late = await simulate(
    folder,
    "fail-next",
    "late-row",
    "--times",
    "2",
    "--ms",
    "700",
    "--script",
    "reply",
  );
  const fault = { script: "reply", lateRowMs: 700 };
  expect(late).toEqual({ planned: "late-row", times: 2, fault, waiting: 3 });
  expect(JSON.parse(faults())).toEqual({ next: [{ unresolved: -1743 }, fault, fault] });
  expect(await simulate(folder, "fail-next", "closed")).toEqual({ state: "closed" });
  expect(existsSync(join(folder, "simulated", "messages-closed"))).toBe(true);
  expect(await simulate(folder, "fail-next", "none")).toEqual({ state: "none" });
  expect(existsSync(join(folder, "simulated", "messages-closed"))).toBe(false);
  expect(JSON.parse(faults())).toEqual({ next: [] });
  await expect(simulate(folder, "fail-next", "no-such-failure")).rejects.toMatchObject({
    stderr: expect.stringContaining("fail-next --help"),
  });
}, 30_000);

it("simulate fail-next --help says what each failure is", async () => {
  const command = [CLI, "simulate", "fail-next", "--help"];
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 20_000 });
  const wanted = [
    ...Object.entries(FAILURES).map(([name, { about }]) => [name, about]),
    ...Object.entries(STATES),
  ];
  for (const [name, about] of wanted)
    expect(stdout).toMatch(new RegExp(`^ {2}${name} .*${about?.slice(0, 12)}`, "m"));
});

it("simulate names the fix", async () => {
  const { folder } = simulatedFolder();
  await expect(simulate(temporaryFolder(), "status")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("npm start -- --simulate"),
  });
  await expect(simulate(folder, "edit", "--message", "NONE", "--text", "x")).rejects.toMatchObject({
    stderr: expect.stringContaining("no message NONE"),
  });
});

it("make-db writes a database, tells how far it is, and overwrites nothing", async () => {
  const out = join(temporaryFolder(), "chat.db");
  const command = [CLI, "make-db", "--out", out, "--messages", "500", "--conversations", "5"];
  const run = () => promisify(execFile)(process.execPath, command, { timeout: 20_000 });
  const { stdout, stderr } = await run();
  expect(stdout).toContain("500 messages in 5 conversations");
  expect(stderr).toContain("100 %");
  await expect(run()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("--force") });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { until } from "../testing/until.ts";
import { planFaults } from "./faults.ts";
import { MAC_ADDRESS, MAC_LINE } from "./macos.ts";
import { attachmentsOf, ensureDirect, setLine, textOf } from "./message-store.ts";
import { startSimulatedMessages } from "./messages-app.ts";
import { MAYA, stagedOsascript } from "./testing/staged-osascript.ts";
import { rowOf } from "./testing/temporary-store.ts";

const QUICK = { lookMs: 5, adoptMs: 30, deliveredMs: 10, readMs: 20, answerMs: 30 };

it.each([MAC_LINE, MAC_ADDRESS])("what is sent to oneself at %s also comes in", async (line) => {
  const { script, store, rows } = stagedOsascript();
  await script("send-text-to-participant", line, "iMessage", "note to self 🧪");
  const [sent, copy] = rows();
  expect(rows().map((row) => [row.fromMe, textOf(row), row.chatId])).toEqual([
    [1, "note to self 🧪", 2],
    [0, "note to self 🧪", 2],
  ]);
  expect(copy?.guid).not.toBe(sent?.guid);
  expect(rowOf(store, copy?.guid ?? "")).toMatchObject({ destination_caller_id: line, is_delivered: 1n });
});

it("a line is also what a conversation goes by, and nobody else's number", async () => {
  const { script, store, rows } = stagedOsascript();
  setLine(store, ensureDirect(store, MAYA), "second@example.com");
  await script("send-text-to-participant", "second@example.com", "iMessage", "a");
  await script("send-text-to-participant", MAYA, "iMessage", "b");
  expect(rows().map(({ fromMe }) => fromMe)).toEqual([1, 0, 1]);
});

it("a file to oneself comes in as a file", async () => {
  const { script, store, rows, folder } = stagedOsascript();
  writeFileSync(join(folder, "list.txt"), "milk");
  await script("send-file-to-participant", MAC_LINE, "iMessage", join(folder, "list.txt"));
  expect(rows().map(({ id }) => attachmentsOf(store, id).map(({ name }) => name))).toEqual([
    ["list.txt"],
    ["list.txt"],
  ]);
});

it("what fails does not come in", async () => {
  const { script, rows, folder } = stagedOsascript();
  planFaults(folder, [{ rowError: 22 }]);
  await script("send-text-to-participant", MAC_LINE, "iMessage", "a");
  expect(rows()).toMatchObject([{ fromMe: 1, error: 22 }]);
});

it("Messages sends on what a dead sender left, once, and nobody answers oneself", async () => {
  const { script, rows, folder, setting } = stagedOsascript();
  const randomness = { ...setting.randomness, fraction: () => 0 };
  const app = startSimulatedMessages({ ...setting, randomness, macos: 26, pace: QUICK });
  onTestFinished(() => app.stop());
  planFaults(folder, [{ crashAfterRow: true }]);
  await script("send-text-to-participant", MAC_LINE, "iMessage", "a");
  await until("it to come in", () => rows().length === 2);
  await script("send-text-to-participant", MAYA, "iMessage", "b");
  await until("Maya's answer", () => rows().filter(({ fromMe }) => fromMe === 0).length === 2);
  expect(rows().map(({ fromMe }) => fromMe)).toEqual([1, 0, 1, 0]);
});

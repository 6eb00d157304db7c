import { describe, expect, it } from "vitest";
import type { EventLine } from "../../src-shared/control.ts";
import type { Status } from "../../src-shared/status.ts";
import { SAMPLE_NOW as NOW, sampleLine, sampleStatus } from "../../src-shared/words/sample-status.ts";
import { type TrayRow, trayGroups } from "./tray-menu.ts";

const MINUTE = 60_000;
const groups = (status: Status, events: EventLine[] = []) => trayGroups({ status, events }, NOW, "UTC");
const labels = (rows: TrayRow[][]) => rows.map((group) => group.map((row) => row.label));

const line = sampleLine({ text: "Can you bring the chairs, and the long table from the cellar?" });

describe("the menu", () => {
  it("while all is well: a sentence, what is used daily, the app, and nothing to repair", () => {
    expect(labels(groups(sampleStatus()))).toEqual([
      ["Running on 127.0.0.1:3001"],
      ["Copy URL", "Copy API Key", "Pause Sending"],
      ["Open Bellhop"],
      ["Quit Bellhop"],
    ]);
  });

  it("has a sentence that does nothing, and quits with ⌘Q", () => {
    const rows = groups(sampleStatus()).flat();
    expect(rows.at(0)?.action).toBeNull();
    expect(rows.at(-1)).toEqual({ label: "Quit Bellhop", accelerator: "CommandOrControl+Q", action: "quit" });
  });

  it("without Full Disk Access: says so and leads to the pane", () => {
    const status = sampleStatus();
    const rows = groups({
      ...status,
      reading: { ...status.reading, problem: "refused", since: NOW - MINUTE },
      permissions: { fullDiskAccess: "off", automation: "off", accessibility: "off" },
    });
    expect(labels(rows).slice(0, 2)).toEqual([
      ["Reading has stopped: Full Disk Access is off"],
      ["Allow Full Disk Access…", "Allow Automation…"],
    ]);
    expect(rows[1]?.map((row) => row.action)).toEqual(["allow_full_disk_access", "allow_automation"]);
  });

  it("with a failing webhook: which, since when, and how much waits", () => {
    const status = sampleStatus();
    const failing = [{ name: "home-assistant", status: 502, since: NOW - 4 * MINUTE }];
    const rows = groups({ ...status, webhooks: { ...status.webhooks, failing, waiting: 31 } });
    expect(rows[1]).toEqual([
      { label: "home-assistant is failing", sublabel: "502 since 13:58, 31 waiting", action: "open" },
    ]);
  });

  it("with a webhook that was switched off by nobody: which, why, and when", () => {
    const status = sampleStatus();
    const switchedOff = [{ name: "n8n", because: "gone" as const, at: NOW - 4 * MINUTE }];
    const rows = groups({ ...status, webhooks: { ...status.webhooks, switchedOff } });
    expect(rows[1]).toEqual([
      { label: "n8n is switched off", sublabel: "It answered 410 at 13:58", action: "open" },
    ]);
  });

  it("while paused: resume comes first, and there is no second pause", () => {
    const status = sampleStatus();
    const rows = groups({
      ...status,
      sending: { ...status.sending, problem: "paused", since: NOW - MINUTE, waiting: 4 },
    });
    expect(rows[0]).toEqual([
      { label: "Sending is paused", sublabel: "Running on 127.0.0.1:3001", action: null },
    ]);
    expect(rows[1]).toEqual([{ label: "Resume Sending (4 waiting)", action: "resume_sending" }]);
    expect(labels(rows).flat()).not.toContain("Pause Sending");
  });

  it("on a damaged chat.db: the sentence names it", () => {
    const status = sampleStatus();
    const rows = groups({
      ...status,
      reading: { ...status.reading, problem: "unreadable", since: NOW - MINUTE },
    });
    expect(rows[0]?.[0]?.label).toMatch(/^Reading has failed/);
  });

  it("shows five events at most, time first, cut where needed", () => {
    const rows = groups(
      sampleStatus(),
      Array.from({ length: 9 }, () => line),
    );
    expect(rows[2]).toHaveLength(6);
    expect(rows[2]?.[0]).toEqual({ label: "Last Events", action: null });
    expect(rows[2]?.[1]).toEqual({
      label: "14:02  Maya: Can you bring the chairs, and the…",
      action: "open",
    });
  });

  it("keeps an ampersand", () => {
    const rows = groups(sampleStatus(), [{ ...line, person: "Tom & Sue", text: "Hi" }]);
    expect(rows[2]?.[1]?.label).toBe("14:02  Tom && Sue: Hi");
  });
});

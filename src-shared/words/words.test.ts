import { describe, expect, it } from "vitest";
import type { EventLine } from "../control.ts";
import type { GroupChange } from "../domain/group-change.ts";
import { ReadingProblem, SendingProblem, type Status } from "../status.ts";
import { eventWords } from "./event-words.ts";
import { type HealthRow, healthRows } from "./health-rows.ts";
import { agoWords, atWords, lagWords, sinceWords } from "./moments.ts";
import { SAMPLE_NOW as NOW, sampleLine, sampleStatus } from "./sample-status.ts";
import { addressWords, statusWords, stoppedWords } from "./status-words.ts";

const at = (hour: number, minute: number) => Date.UTC(2026, 2, 13, hour, minute);
const reading = (other: Partial<Status["reading"]>) => ({ ...sampleStatus().reading, ...other });
const sending = (other: Partial<Status["sending"]>) => ({ ...sampleStatus().sending, ...other });
const webhooks = (other: Partial<Status["webhooks"]>) => ({ ...sampleStatus().webhooks, ...other });
const off = { fullDiskAccess: "off", automation: "on", accessibility: "off" } as const;
const notNeeded = {
  fullDiskAccess: "not_needed",
  automation: "not_needed",
  accessibility: "not_needed",
} as const;
const words = (status: Status) => statusWords(status, NOW, "UTC");
function row(status: Status, id: HealthRow["id"]): HealthRow {
  const found = healthRows(status, NOW, "UTC").find((one) => one.id === id);
  if (found === undefined) throw new Error(`no row ${id}`);
  return found;
}

describe("while all is well", () => {
  it("says where it runs, since when, and when the last message came", () => {
    const startedAt = Date.UTC(2026, 2, 6 + 3, 8, 12);
    expect(words(sampleStatus({ startedAt }))).toEqual({
      shape: "well",
      short: "Running",
      title: "Running on 127.0.0.1:3001",
      detail: "Reading and sending since Monday 08:12. The last message came 40 seconds ago.",
    });
  });

  it("has the drawn sentences and figures in every row", () => {
    const rows = healthRows(sampleStatus(), NOW, "UTC");
    expect(rows.map((one) => [one.name, one.shape, one.sentence, one.figure])).toEqual([
      [
        "Reading",
        "well",
        "Up to date. A new message is seen 9 ms after Messages stores it.",
        "214,806 messages",
      ],
      ["Sending", "well", "Ready. Nothing is waiting.", "12 this hour"],
      ["Webhooks", "well", "All three are delivering.", "1,842 today"],
      ["Full Disk Access", "well", "On", null],
      ["Automation", "well", "On, for Messages", null],
      ["Accessibility", "idle", "Off. Only tapbacks, replies and typing need it.", null],
    ]);
  });

  it("leaves out what is not known", () => {
    const status = sampleStatus({
      reading: reading({ latencyMs: null, messages: null, lastMessageAt: null }),
    });
    expect(row(status, "reading")).toMatchObject({ sentence: "Up to date.", figure: null });
    expect(words(status).detail).toContain("No message has come yet.");
  });

  it("puts an IPv6 address in brackets", () => {
    expect(addressWords({ host: "::1", port: 3001 })).toBe("[::1]:3001");
  });
});

describe("on simulated Messages", () => {
  const simulated = sampleStatus({ mode: "simulated", permissions: notNeeded });

  it("says so in the sentence, in a problem, and in each permission", () => {
    expect(words(simulated).title).toBe("Running on 127.0.0.1:3001, on simulated Messages");
    const broken = { ...simulated, reading: reading({ problem: "stuck", since: at(13, 58) }) };
    expect(words(broken).detail).toContain("Messages is simulated.");
    for (const id of ["full_disk_access", "automation", "accessibility"] as const) {
      expect(row(simulated, id)).toMatchObject({
        shape: "idle",
        sentence: "Not needed: Messages is simulated",
        action: null,
      });
    }
  });

  it("does not call a real copy simulated", () => {
    const copy = sampleStatus({ permissions: notNeeded });
    expect(row(copy, "automation").sentence).toBe("Not needed: Bellhop reads a copy of chat.db");
    expect(JSON.stringify([words(copy), healthRows(copy, NOW)])).not.toContain("simulated");
  });
});

describe("reading problems", () => {
  it.each(ReadingProblem.options)(
    "%s has a cause and a fix of its own, and reading is never well",
    (problem) => {
      const status = sampleStatus({ permissions: off, reading: reading({ problem, since: at(13, 58) }) });
      const said = words(status);
      expect(said.title).toMatch(/^(Reading has (stopped|failed)|Nothing to read): .{10,}/);
      expect(said.detail).toMatch(/Switch|Open|Restore|restart|Free/);
      expect(["attention", "stopped"]).toContain(said.shape);
      expect(["attention", "stopped"]).toContain(row(status, "reading").shape);
      expect(row(status, "reading").figure).toBe("4 min behind");
      const titles = ReadingProblem.options.map(
        (other) => words({ ...status, reading: reading({ problem: other }) }).title,
      );
      expect(new Set(titles).size).toBe(titles.length);
    },
  );

  it("refused is Full Disk Access, with the time on both rows", () => {
    const status = sampleStatus({
      permissions: off,
      reading: reading({ problem: "refused", since: at(13, 58) }),
    });
    expect(words(status)).toMatchObject({
      shape: "attention",
      short: "Needs attention",
      title: "Reading has stopped: Full Disk Access is off",
    });
    expect(row(status, "reading").sentence).toBe(
      "Stopped at 13:58. macOS refused to open the message history.",
    );
    expect(row(status, "full_disk_access")).toMatchObject({
      shape: "attention",
      sentence: "Off since 13:58. Switch Bellhop on in System Settings.",
      action: { id: "open_full_disk_access", label: "Open the pane" },
    });
  });

  it("missing is Messages never set up, but for a copy the path", () => {
    const missing = reading({ problem: "missing", path: "/data/chat.db" });
    expect(words(sampleStatus({ reading: missing })).title).toContain("never been set up on this Mac");
    const copy = words(sampleStatus({ reading: missing, permissions: notNeeded }));
    expect(copy.detail).toContain("chat.db is not at /data/chat.db");
    expect(copy.title).not.toContain("never");
  });

  it("unreadable has failed, so it is drawn as stopped", () => {
    expect(words(sampleStatus({ reading: reading({ problem: "unreadable" }) })).short).toBe("Stopped");
  });
});

describe("sending problems", () => {
  const expected: Record<SendingProblem, [string, string, RegExp]> = {
    paused: ["paused", "paused", /^Paused by you at 13:40\.$/],
    no_sender: ["well", "idle", /run Bellhop on a Mac/],
    automation_denied: ["attention", "attention", /^Stopped at 13:40\. macOS does not let/],
    reading_off: ["attention", "paused", /cannot be confirmed/],
  };

  it.each(SendingProblem.options)("%s says so in its row", (problem) => {
    const status = sampleStatus({ sending: sending({ problem, since: at(13, 40), waiting: 4 }) });
    const [shape, rowShape, sentence] = expected[problem];
    expect(words(status).shape).toBe(shape);
    expect(row(status, "sending").shape).toBe(rowShape);
    expect(row(status, "sending").sentence).toMatch(sentence);
    expect(row(status, "sending").figure).toBe("4 in the outbox");
  });

  it.each([
    [0, "Reading goes on. What is sent waits in the outbox and leaves when you resume."],
    [1, "Reading goes on. One send waits in the outbox and leaves when you resume."],
    [4, "Reading goes on. Four sends wait in the outbox and leave, in order, when you resume."],
    [40, "Reading goes on. 40 sends wait in the outbox and leave, in order, when you resume."],
  ])("paused with %i waiting", (waiting, detail) => {
    const status = sampleStatus({ sending: sending({ problem: "paused", since: at(13, 40), waiting }) });
    expect(words(status)).toEqual({
      shape: "paused",
      short: "Sending paused",
      title: "Sending is paused",
      detail,
    });
  });

  it("a reading problem comes before a paused outbox, and a failing webhook too", () => {
    const paused = sending({ problem: "paused" });
    const failing = [{ name: "home-assistant", status: 502, since: at(13, 58) }];
    expect(words(sampleStatus({ sending: paused, reading: reading({ problem: "refused" }) })).shape).toBe(
      "attention",
    );
    expect(words(sampleStatus({ sending: paused, webhooks: webhooks({ failing }) })).title).toBe(
      "home-assistant answers 502",
    );
  });
});

describe("webhooks", () => {
  const one = { name: "home-assistant", status: 502, since: at(13, 58) };
  const silent = { name: "n8n", status: null, since: at(13, 50) };
  it.each([
    [{ on: 0 }, "idle", "None yet. An endpoint that is added is told of the events it asks for."],
    [{ on: 1 }, "well", "The one endpoint is delivering."],
    [{ on: 0, off: 2 }, "idle", "None is switched on."],
    [{ on: 2, off: 1 }, "well", "Both are delivering."],
    [{ failing: [one] }, "attention", "home-assistant has answered 502 since 13:58. The other two are well."],
    [{ failing: [silent], on: 1 }, "attention", "n8n has not answered since 13:50."],
    [
      { failing: [silent, one] },
      "attention",
      "n8n has not answered since 13:50, and one more fails. The other one is well.",
    ],
    [
      { switchedOff: [{ name: "n8n", because: "gone" as const, at: at(13, 50) }] },
      "attention",
      "n8n is off: it answered at 13:50 that it is gone (410).",
    ],
    [
      {
        switchedOff: [
          { name: "n8n", because: "failing" as const, at: at(13, 50) },
          { name: "audit", because: "gone" as const, at: at(13, 51) },
        ],
      },
      "attention",
      "n8n is off: Bellhop gave it up at 13:50, after days of failing. One more is off.",
    ],
  ])("%j", (other, shape, sentence) => {
    expect(row(sampleStatus({ webhooks: webhooks(other) }), "webhooks")).toMatchObject({ shape, sentence });
  });

  it("that were switched off by nobody need a person, after those that fail", () => {
    const switchedOff = [{ name: "n8n", because: "gone" as const, at: at(13, 50) }];
    expect(words(sampleStatus({ webhooks: webhooks({ switchedOff }) }))).toMatchObject({
      shape: "attention",
      title: "n8n is switched off",
      detail: expect.stringContaining("switch it on again"),
    });
    expect(words(sampleStatus({ webhooks: webhooks({ switchedOff, failing: [one] }) })).title).toBe(
      "home-assistant answers 502",
    );
  });

  it("counts what waits in place of what was delivered", () => {
    const status = sampleStatus({ webhooks: webhooks({ failing: [one], waiting: 31 }) });
    expect(row(status, "webhooks")).toMatchObject({ subject: "home-assistant", figure: "31 waiting" });
    expect(words(status).detail).toContain("31 deliveries wait;");
  });
});

describe("times", () => {
  it("are relative only under an hour", () => {
    expect(agoWords(NOW - 1000, NOW, "UTC")).toBe("1 second ago");
    expect(agoWords(NOW - 59 * 60_000, NOW, "UTC")).toBe("59 minutes ago");
    expect(agoWords(NOW - 60 * 60_000, NOW, "UTC")).toBe("at 13:02");
    expect(agoWords(NOW + 5000, NOW, "UTC")).toBe("just now");
  });

  it("name the day once it is not today", () => {
    expect(sinceWords(Date.UTC(2026, 2, 12, 23, 59), NOW, "UTC")).toBe("Thursday 23:59");
    expect(atWords(Date.UTC(2026, 2, 12, 23, 59), NOW, "UTC")).toBe("on Thursday at 23:59");
    expect(sinceWords(Date.UTC(2026, 1, 3, 8, 0), NOW, "UTC")).toBe("3 February 08:00");
    expect(sinceWords(at(0, 30), NOW, "America/New_York")).toBe("Thursday 20:30");
    expect(lagWords(NOW - 3 * 3_600_000, NOW)).toBe("3 h");
  });
});

describe("events", () => {
  const read = (other: Partial<EventLine>) => {
    const { before, person, after } = eventWords(sampleLine(other));
    return `${before}${person}${after}`;
  };

  it("say who did what", () => {
    expect(read({})).toBe("Maya\u2002Hi");
    expect(read({ type: "message.sent", isFromMe: true })).toBe("To Maya\u2002Hi");
    expect(read({ text: null, attachments: 2 })).toBe("Maya\u20022 files");
    expect(read({ type: "reaction.added", reaction: "love" })).toBe("Maya loved “Hi”");
    expect(read({ type: "reaction.added", reaction: "emoji", emoji: "🎉" })).toBe("Maya reacted 🎉 to “Hi”");
    expect(read({ type: "reaction.added", reaction: "laugh", isFromMe: true, text: null })).toBe(
      "You laughed at a message",
    );
    expect(read({ type: "reaction.removed", reaction: "like" })).toBe("Maya took a thumbs up back from “Hi”");
    expect(read({ type: null, seq: null, person: null, text: "Reading stopped" })).toBe("Reading stopped");
  });

  it.each<[Partial<EventLine>, string]>([
    [{ kind: "audio", text: "see you at eight" }, "Maya\u2002Voice message: see you at eight"],
    [{ kind: "audio", text: null, attachments: 1 }, "Maya\u2002Voice message"],
    [{ kind: "link", text: "A page" }, "Maya\u2002Shared a link: A page"],
    [{ kind: "poll", text: "Lunch?" }, "Maya\u2002Sent a poll: Lunch?"],
    [{ kind: "sticker", text: null, attachments: 1 }, "Maya\u2002Sent a sticker"],
    [{ kind: "handwriting", text: "Handwritten message" }, "Maya\u2002Sent a handwritten message"],
    [{ kind: "app", text: "Check In: Ended" }, "Maya\u2002Check In: Ended"],
    [{ kind: "app", text: null }, "Maya\u2002A message without text"],
  ])("say what a message is: %j", (other, words) => {
    expect(read(other)).toBe(words);
  });

  it.each<[Partial<EventLine>, string]>([
    [{ type: "message.delivered", isFromMe: true }, "Delivered to Maya\u2002Hi"],
    [{ type: "message.read", isFromMe: true }, "Maya read “Hi”"],
    [{ type: "message.read", isFromMe: true, text: null }, "Maya read a message"],
    [{ type: "message.read" }, "You read Maya\u2002Hi"],
    [{ type: "message.failed", isFromMe: true }, "Not sent to Maya\u2002Hi"],
    [{ type: "message.edited" }, "Maya edited: Hi"],
    [{ type: "message.edited", isFromMe: true }, "You edited: Hi"],
    [{ type: "message.unsent" }, "Maya unsent a message"],
    [{ type: "message.unsent", isFromMe: true }, "You unsent a message"],
    [
      { type: "message.updated", kind: "poll", text: "Lunch?", votes: 1 },
      "Maya’s poll “Lunch?” now has 1 vote",
    ],
    [
      { type: "message.updated", kind: "poll", text: null, votes: 2, isFromMe: true },
      "Your poll now has 2 votes",
    ],
    [
      { type: "message.updated", kind: "link", text: "A page" },
      "Maya\u2002Now complete: Shared a link: A page",
    ],
    [{ type: "message.updated", attachments: 2, isFromMe: true }, "To Maya\u2002Now complete: Hi (2 files)"],
    [{ type: "message.deleted", kind: null, text: null }, "A message was deleted from Maya"],
    [
      { type: "message.deleted", kind: null, text: null, person: null },
      "A message was deleted from a conversation",
    ],
  ])("say what became of a message: %j", (other, words) => {
    expect(read(other)).toBe(words);
  });

  it.each<[GroupChange["action"], Partial<GroupChange>, string, string]>([
    [
      "renamed",
      { name: "Climbers" },
      "Maya renamed the group to “Climbers”",
      "The group is now called Climbers",
    ],
    ["name_removed", {}, "Maya took the group’s name away", "Hikers has no name any more"],
    ["member_added", { handle: "Sam" }, "Maya added Sam", "Hikers has a new member: Sam"],
    ["member_removed", { handle: "Sam" }, "Maya removed Sam", "Hikers lost a member: Sam"],
    ["member_left", { handle: "Maya" }, "Maya left the group", "Hikers lost a member"],
    ["number_changed", {}, "Maya has another number", "Hikers has a member with another number"],
    ["photo_set", {}, "Maya changed the group’s picture", "Hikers has a new picture"],
    ["photo_removed", {}, "Maya removed the group’s picture", "Hikers has no picture any more"],
    ["background_set", {}, "Maya changed the background", "Hikers has a new background"],
    ["background_removed", {}, "Maya removed the background", "Hikers has no background any more"],
  ])("say what was done to a conversation: %s", (action, rest, byMaya, byNobody) => {
    const change = { action, handle: null, name: null, ...rest };
    const line = { type: "conversation.updated", kind: null, text: null, person: "Hikers", change } as const;
    expect(read({ ...line, by: "Maya" })).toBe(byMaya);
    expect(read({ ...line, by: null })).toBe(byNobody);
    expect(read({ ...line, change: null })).toBe("Hikers was changed");
  });

  it.each<[EventLine["outbox"], string]>([
    [{ state: "queued", reason: null }, "Waiting to be sent to Maya"],
    [{ state: "dispatching", reason: null }, "Given to Messages for Maya"],
    [{ state: "sent", reason: null }, "A send to Maya is in chat.db"],
    [{ state: "delivered", reason: null }, "A send to Maya was delivered"],
    [{ state: "read", reason: null }, "A send to Maya was read"],
    [{ state: "failed", reason: "it is not on iMessage" }, "Not sent to Maya: it is not on iMessage"],
    [{ state: "failed", reason: null }, "Not sent to Maya"],
    [
      { state: "unknown", reason: "its row never came" },
      "Not known whether it was sent to Maya: its row never came",
    ],
    [{ state: "dry_run", reason: null }, "Dry run: nothing was sent to Maya"],
    [null, "A send to Maya was updated"],
  ])("say what became of a send: %j", (outbox, sentence) => {
    expect(read({ type: "outbox.updated", kind: null, text: null, isFromMe: true, outbox })).toBe(sentence);
  });
});

describe("a gateway that does not run", () => {
  it("has the first sentence as its title", () => {
    expect(stoppedWords("Not running: port 3001 is taken. The program node listens there. Quit it.")).toEqual(
      {
        shape: "stopped",
        short: "Stopped",
        title: "Not running: port 3001 is taken",
        detail: "The program node listens there. Quit it.",
      },
    );
    expect(stoppedWords("Not running.")).toMatchObject({ title: "Not running", detail: "" });
  });
});

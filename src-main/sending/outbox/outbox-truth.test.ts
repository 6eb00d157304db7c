import { renameSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createGroup, insertLostSend } from "../../simulator/message-store.ts";
import { fakeMessagesApp, notLeft, taken, timedOut } from "../../testing/fake-messages-app.ts";
import { outgoing } from "../../testing/sample-changes.ts";
import { filePart, sendingOutbox, stagedSending, textFor, textPart } from "../../testing/sending-outbox.ts";
import { MAYA, simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";

describe("what is said of a send is true:", () => {
  it("it is not sent while Messages has not decided, and fails when Messages says so later", async () => {
    const { messages, ...on } = stagedSending();
    const rows: number[] = [];
    const app = fakeMessagesApp(() => {
      rows.push(messages.send("slow", { state: "sending" }).id);
      return taken;
    });
    const { text, pass, item } = sendingOutbox(app, { ...on, messages });
    const id = await text("slow");
    await pass(90_000);
    expect(item(id)).toMatchObject({ state: "dispatching", parts: [{ messageRowId: rows[0] }] });
    messages.sql("UPDATE message SET error = 22 WHERE ROWID = ?", rows[0]);
    await pass(2_000);
    expect(item(id)).toMatchObject({ state: "failed", reason: expect.stringContaining("error 22") });
  });

  it("what nobody knew is known when its row comes after all", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(() => timedOut);
    const { text, pass, item } = sendingOutbox(app, { ...on, messages });
    const id = await text("late");
    await pass(70_000);
    expect(item(id)).toMatchObject({ state: "unknown", reason: expect.stringContaining("never showed") });
    messages.send("late");
    await pass(2_000);
    expect(item(id)).toMatchObject({ state: "sent", reason: null });
    expect(app.attempts).toHaveLength(1);
  });

  it("a late row proves the newer of two equal texts first", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => timedOut, rowFor);
    const { text, pass, state } = sendingOutbox(app, { ...on, messages });
    const given = await text("ok");
    await pass(70_000);
    const newer = await text("ok");
    await pass(2_000);
    expect([state(given), state(newer)]).toEqual(["unknown", "sent"]);
  });

  it("the empty row that macOS 26 leaves after a group send is a failure", async () => {
    const { messages, ...on } = stagedSending();
    const group = createGroup(messages.store, { name: "Crew", addresses: [MAYA, "+15550112"] });
    const app = fakeMessagesApp(() => {
      insertLostSend(messages.store, "iMessage");
      return taken;
    });
    const { accept, pass, item } = sendingOutbox(app, { ...on, messages });
    const id = await accept({ chat: group.guid, parts: [textPart("hi all")] });
    await pass(9_000);
    expect(item(id).state).toBe("dispatching");
    await pass(4_000);
    expect(item(id)).toMatchObject({ state: "failed", fault: "send_failed" });
  });

  it("such a row of another time says nothing, also when chat.db was replaced and numbers it anew", async () => {
    const { messages, time, ...on } = stagedSending();
    const group = createGroup(messages.store, { name: "Crew", addresses: [MAYA, "+15550112"] });
    const app = fakeMessagesApp(() => taken);
    const { accept, outbox, state } = sendingOutbox(app, { ...on, messages, time });
    const id = await accept({ chat: group.guid, parts: [textPart("hi all")] });
    const lostAt = (ms: number) =>
      outgoing({ rowId: 99, body: null, conversationIds: [], at: time.clock.now() + ms }, true, true);
    expect(outbox.confirm([lostAt(-5_000), lostAt(300_000)], []).moved).toEqual([]);
    expect(outbox.confirm([lostAt(500)], []).moved).toEqual([id]);
    expect(state(id)).toBe("failed");
  });

  it("a part that failed makes the whole fail, and says which", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(
      () => {
        messages.send("look");
        return taken;
      },
      () => ({ outcome: "not left", code: -1743, reason: "denied" }),
    );
    const { accept, pass, item } = sendingOutbox(app, { ...on, messages });
    const id = await accept({ parts: [textPart("look"), filePart("/staged/cat.png")] });
    await pass(3_000);
    const { state, fault, parts } = item(id);
    expect([state, fault]).toEqual(["failed", "automation_denied"]);
    expect(parts.map((part) => part.state)).toEqual(["sent", "failed"]);
  });
});

describe("a stop", () => {
  it("tells whoever waits what is known, and takes nothing more", async () => {
    const { outbox, text, time, item } = sendingOutbox(
      fakeMessagesApp(() => new Promise(() => {})),
      stagedSending(),
    );
    const id = await text("under way");
    const waiting = outbox.wait(id, 60_000);
    const stopped = outbox.stop();
    expect(() => outbox.accept(textFor("no more"))).toThrow(/stopping/);
    time.advance(2_500);
    await stopped;
    expect((await waiting).item.state).toBe("dispatching");
    expect(item(id).state).toBe("dispatching");
  });
});

describe("a row whose conversation is joined late", () => {
  it("confirms its part all the same, also while Messages has not decided", async () => {
    const { messages, ...on } = stagedSending();
    let row = 0;
    const app = fakeMessagesApp(() => {
      row = messages.send("late join", { state: "sending" }).id;
      messages.sql(
        "CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM chat_message_join WHERE message_id = ?",
        row,
      );
      messages.sql("DROP TRIGGER IF EXISTS after_delete_on_chat_message_join");
      messages.sql("DELETE FROM chat_message_join WHERE message_id = ?", row);
      return taken;
    });
    const { text, pass, item } = sendingOutbox(app, { ...on, messages });
    const id = await text("late join");
    await pass(1_000);
    messages.sql("INSERT INTO chat_message_join SELECT * FROM kept");
    await pass(70_000);
    expect(item(id)).toMatchObject({ state: "dispatching", parts: [{ messageRowId: row }] });
    messages.sql("UPDATE message SET is_sent = 1 WHERE ROWID = ?", row);
    await pass(2_000);
    expect(item(id).state).toBe("sent");
  });
});

describe("nothing is sent twice", () => {
  it("also when chat.db comes back in the very moment of a send", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const { text, pause, pass, state } = sendingOutbox(app, { ...on, messages, paused: true });
    const id = await text("once");
    renameSync(messages.path, `${messages.path}.away`);
    await pass(2_000);
    renameSync(`${messages.path}.away`, messages.path);
    await pause(false);
    await pass(3_000);
    expect(app.contents()).toEqual(["once"]);
    expect(state(id)).toBe("sent");
  });
});

describe("order", () => {
  it("holds over a kill: what an orphaned osascript may still send goes first", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const first = sendingOutbox(
      fakeMessagesApp(() => new Promise(() => {})),
      { ...on, messages },
    );
    await first.text("first");
    await first.text("second");
    const remembered = first.kill();
    const app = fakeMessagesApp(rowFor);
    const next = sendingOutbox(app, { ...on, messages, remembered });
    next.outbox.wake();
    await next.pass(5_000);
    expect(app.contents()).toEqual([]);
    messages.send("first");
    await next.pass(3_000);
    expect(app.contents()).toEqual(["second"]);
  });

  it("waits for no osascript that had ended: only the last one can still be at work", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const dark = fakeMessagesApp(() => timedOut, rowFor);
    const first = sendingOutbox(dark, { ...on, messages });
    await first.text("lost");
    await first.text("elsewhere", "+15550112");
    await first.pass(2_000);
    const app = fakeMessagesApp(rowFor);
    const next = sendingOutbox(app, { ...on, messages, remembered: first.kill() });
    await next.text("at once", "+15550112");
    await next.pass(1_000);
    expect(app.contents()).toEqual(["at once"]);
  });

  it("waits no longer than an osascript may run; in the same conversation, until the row is given up", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const hang = fakeMessagesApp(() => new Promise(() => {}));
    const first = sendingOutbox(hang, { ...on, messages });
    await first.text("lost");
    await first.text("behind it");
    await first.text("elsewhere", "+15550112");
    const app = fakeMessagesApp(rowFor);
    const next = sendingOutbox(app, { ...on, messages, remembered: first.kill() });
    next.outbox.wake();
    await next.pass(25_000);
    expect(app.contents()).toEqual([]);
    await next.pass(10_000);
    expect(app.contents()).toEqual(["elsewhere"]);
    await next.pass(30_000);
    expect(app.contents()).toEqual(["elsewhere", "behind it"]);
  });
});

it("an orphaned osascript is waited for by our own time, though the clock was set forward meanwhile", async () => {
  const { messages, rowFor, time, ...on } = stagedSending();
  const hang = fakeMessagesApp(() => new Promise(() => {}));
  const first = sendingOutbox(hang, { ...on, messages, time });
  const lost = await first.text("lost");
  await first.text("second");
  const clock = { ...time.clock, now: () => time.clock.now() + 1_000 * 3_600_000 };
  const app = fakeMessagesApp(rowFor);
  const remembered = first.kill();
  const next = sendingOutbox(app, { ...on, messages, remembered, time: { ...time, clock } });
  next.outbox.wake();
  await next.pass(25_000);
  expect([next.state(lost), app.contents()]).toEqual(["dispatching", []]);
  await next.pass(40_000);
  expect([next.state(lost), app.contents()]).toEqual(["unknown", ["second"]]);
});

describe("the row of a message goes on to tell of it:", () => {
  it("delivered, read; each is told once, without the text", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const { text, pass, state, told } = sendingOutbox(fakeMessagesApp(rowFor), { ...on, messages });
    const id = await text("hi");
    await pass(1_000);
    messages.sql("UPDATE message SET is_delivered = 1, date_delivered = date + 1 WHERE is_from_me = 1");
    await pass(3_000);
    expect(state(id)).toBe("delivered");
    messages.sql("UPDATE message SET is_read = 1, date_read = date + 2 WHERE is_from_me = 1");
    await pass(3_000);
    expect(state(id)).toBe("read");
    expect(told.map(({ data }) => data.state)).toEqual(["sent", "delivered", "read"]);
    expect(told.map(({ data }) => data.parts[0]?.text)).toEqual([null, null, null]);
    const versions = told.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it("failed after it was sent, and sent after it failed", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const { text, pass, item } = sendingOutbox(fakeMessagesApp(rowFor), { ...on, messages });
    const id = await text("hi");
    await pass(1_000);
    messages.sql("UPDATE message SET error = 22 WHERE is_from_me = 1");
    await pass(3_000);
    expect(item(id)).toMatchObject({ state: "failed", reason: expect.stringContaining("error 22") });
    messages.sql("UPDATE message SET error = 0, is_delivered = 1 WHERE is_from_me = 1");
    await pass(3_000);
    expect(item(id)).toMatchObject({ state: "delivered", reason: null });
  });
});

describe("what chat.db loses", () => {
  it("a row that was deleted before Messages decided leaves nobody waiting", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(() => {
      messages.send("gone", { state: "sending" });
      return taken;
    });
    const { text, pass, item } = sendingOutbox(app, { ...on, messages });
    const id = await text("gone");
    await pass(3_000);
    expect(item(id)).toMatchObject({ state: "dispatching", parts: [{ messageRowId: expect.any(Number) }] });
    messages.sql("DELETE FROM message WHERE is_from_me = 1");
    await pass(3_000);
    expect(item(id)).toMatchObject({ state: "unknown", reason: expect.stringContaining("deleted") });
  });

  it("a row that Messages never decides about is unknown after a day", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(() => {
      messages.send("stuck", { state: "sending" });
      return taken;
    });
    const { text, pass, item, time } = sendingOutbox(app, { ...on, messages });
    const id = await text("stuck");
    await pass(2_000);
    time.advance(23 * 3_600_000);
    await pass(2_000);
    expect(item(id).state).toBe("dispatching");
    time.advance(3_600_000);
    await pass(2_000);
    expect(item(id)).toMatchObject({ state: "unknown", reason: expect.stringContaining("for a day") });
  });

  it("a row is found in the chat.db that took its place, though ROWIDs begin anew there", async () => {
    const { messages, folder, time } = stagedSending();
    for (const word of ["one", "two", "three"]) messages.receive(word);
    const app = fakeMessagesApp(() => timedOut);
    const { text, pass, item } = sendingOutbox(app, { folder, time, messages });
    const id = await text("hi");
    await pass(2_000);
    const other = simulatedMessages(temporaryFolder(), { clock: time.clock });
    other.send("hi");
    other.close();
    messages.close();
    for (const end of ["-wal", "-shm"]) rmSync(`${messages.path}${end}`, { force: true });
    renameSync(other.path, messages.path);
    await pass(10_000);
    expect(item(id)).toMatchObject({ state: "sent", parts: [{ messageRowId: 1 }] });
  });
});

describe("the end of an item", () => {
  it("is told once, however far its row goes then; a later truth is another end", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => timedOut, rowFor);
    const { text, pass, ended } = sendingOutbox(app, { ...on, messages });
    await text("late");
    await pass(63_000);
    messages.send("late");
    await pass(2_000);
    messages.sql("UPDATE message SET is_delivered = 1 WHERE is_from_me = 1");
    await pass(2_000);
    expect(ended.map(({ state }) => state)).toEqual(["unknown", "sent"]);
  });
});

describe("a bellhop.db that takes nothing", () => {
  const full = (state: string): string =>
    `CREATE TRIGGER full BEFORE UPDATE ON outbox_part WHEN NEW.state = '${state}'
     BEGIN SELECT RAISE(ABORT, 'disk full'); END`;

  it("keeps the end of an attempt waiting, and nothing is given to Messages before it is written down", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => notLeft(-1743), rowFor);
    const { text, pass, state, sql, complaints } = sendingOutbox(app, on);
    sql(full("failed"));
    const refused = await text("refused");
    const next = await text("next");
    await pass(7_000);
    expect([refused, next].map(state)).toEqual(["dispatching", "queued"]);
    sql("DROP TRIGGER full");
    await pass(7_000);
    expect([refused, next].map(state)).toEqual(["failed", "sent"]);
    expect(app.contents()).toEqual(["refused", "next"]);
    expect(complaints).not.toEqual([]);
  });

  it("keeps Messages from hearing of what could not be written down", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const { text, pass, state, sql } = sendingOutbox(app, on);
    sql(full("dispatching"));
    const id = await text("hi");
    await pass(7_000);
    expect(app.contents()).toEqual([]);
    sql("DROP TRIGGER full");
    await pass(7_000);
    expect([state(id), app.contents()]).toEqual(["sent", ["hi"]]);
  });
});

import { renameSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createGroup, insertLostSend } from "../simulator/message-store.ts";
import { fakeMessagesApp, taken, timedOut } from "../testing/fake-messages-app.ts";
import { sendingOutbox, stagedSending } from "../testing/sending-outbox.ts";
import { MAYA } from "../testing/simulated-messages.ts";

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
    const { outbox, pass, item } = sendingOutbox(app, { ...on, messages });
    const id = outbox.accept({ chat: group.guid, parts: [{ kind: "text", content: "hi all" }] });
    await pass(5_000);
    expect(item(id)).toMatchObject({ state: "failed", fault: "send_failed" });
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
    const { outbox, pass, item } = sendingOutbox(app, { ...on, messages });
    const id = outbox.accept({
      chat: `any;-;${MAYA}`,
      parts: [
        { kind: "text", content: "look" },
        { kind: "file", content: "/staged/cat.png" },
      ],
    });
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
    expect(() => outbox.accept({ chat: `any;-;${MAYA}`, parts: [] })).toThrow(/stopping/);
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

  it("waits no longer than an osascript may run", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const hang = fakeMessagesApp(() => new Promise(() => {}));
    const first = sendingOutbox(hang, { ...on, messages });
    await first.text("lost");
    await first.text("second");
    const remembered = first.kill();
    const app = fakeMessagesApp(rowFor);
    const next = sendingOutbox(app, { ...on, messages, remembered });
    next.outbox.wake();
    await next.pass(35_000);
    expect(app.contents()).toEqual(["second"]);
  });
});

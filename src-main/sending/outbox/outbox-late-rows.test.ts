import { describe, expect, it } from "vitest";
import { applescriptSender } from "../../messages-app/applescript-sender.ts";
import type { SendOutcome } from "../../messages-app/messages-app.ts";
import { createGroup, sendMessage } from "../../simulator/message-store.ts";
import { type ManualTime, manualTime } from "../../simulator/testing/manual-time.ts";
import { fakeMessagesApp, taken, timedOut } from "../../testing/fake-messages-app.ts";
import { sendingOutbox, stagedSending, textPart } from "../../testing/sending-outbox.ts";
import { MAYA, type SimulatedMessages, simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";

/** Sets back or forward when a row of chat.db was written. */
function dateRow(messages: SimulatedMessages, rowId: number, at: number): void {
  messages.sql("UPDATE message SET date = ? WHERE ROWID = ?", (at - 978_307_200_000) * 1e6, rowId);
}

/** A chat.db under a wall clock that can be set. */
function settableSending() {
  let set = 0;
  const manual = manualTime();
  const clock = { now: () => manual.clock.now() + set, monotonic: manual.clock.monotonic };
  const time: ManualTime = { ...manual, clock };
  const folder = temporaryFolder();
  const messages = simulatedMessages(folder, { clock });
  messages.receive("old");
  return {
    folder,
    time,
    messages,
    set(ms: number): void {
      set += ms;
    },
  };
}

/** Takes a row out of its conversation, and puts it back; where told to, its text as well. */
function unjoin(messages: SimulatedMessages, rowId: number, isEmptied = false): () => void {
  messages.sql("CREATE TABLE kept AS SELECT * FROM chat_message_join WHERE message_id = ?", rowId);
  messages.sql("CREATE TABLE kept_text AS SELECT text, attributedBody FROM message WHERE ROWID = ?", rowId);
  messages.sql("DROP TRIGGER IF EXISTS after_delete_on_chat_message_join");
  messages.sql("DELETE FROM chat_message_join WHERE message_id = ?", rowId);
  const write = "UPDATE message SET text =";
  if (isEmptied) messages.sql(`${write} NULL, attributedBody = NULL WHERE ROWID = ?`, rowId);
  return () => {
    messages.sql(
      `${write} kept_text.text, attributedBody = kept_text.attributedBody FROM kept_text WHERE ROWID = ?`,
      rowId,
    );
    messages.sql("INSERT INTO chat_message_join SELECT * FROM kept");
  };
}

describe("the minute in which a row is awaited begins with the end of the attempt:", () => {
  it("a send that waited behind macOS' question is confirmed by its row", async () => {
    const { messages, time, ...on } = stagedSending();
    const sender = applescriptSender({
      osascript: "/o",
      scripts: "/s",
      open: null,
      processes: {
        run: ({ args }) =>
          new Promise((resolve) => {
            const isQuestion = String(args[0]).includes("ask-automation");
            const end = { exitCode: 0, stdout: isQuestion ? "on" : "sent", stderr: "", timedOut: false };
            time.timers.after(isQuestion ? 119_000 : 2_000, () => resolve(end));
          }),
      },
    });
    const { text, pass, state, told } = sendingOutbox(sender, { ...on, time, messages });
    void sender.askAutomation();
    const id = await text("hello");
    await pass(122_900);
    messages.send("hello");
    await pass(5_000);
    expect(state(id)).toBe("sent");
    expect(told.map(({ data }) => data.state)).toEqual(["sent"]);
  });

  it("an attempt of 150 s, whose row comes after it was given up", async () => {
    const { messages, time, ...on } = stagedSending();
    const app = fakeMessagesApp(
      () => new Promise((resolve) => void time.timers.after(150_000, () => resolve(timedOut))),
    );
    const { text, pass, state } = sendingOutbox(app, { ...on, time, messages });
    const id = await text("hello");
    await pass(205_000);
    expect(state(id)).toBe("dispatching");
    await pass(10_000);
    expect(state(id)).toBe("unknown");
    messages.send("hello");
    await pass(2_000);
    expect(state(id)).toBe("sent");
  });

  it.each([
    ["forward by an hour", 3_600_000],
    ["back by two hours", -7_200_000],
  ])("a clock that is set %s meanwhile says nothing", async (_what, ms) => {
    const { messages, set, ...on } = settableSending();
    let answer: (outcome: SendOutcome) => void = () => {};
    const app = fakeMessagesApp(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const { text, pass, state, told } = sendingOutbox(app, { ...on, messages });
    const id = await text("hello");
    await pass(1_000);
    set(ms);
    await pass(2_000);
    expect(state(id)).toBe("dispatching");
    messages.send("hello");
    answer(taken);
    await pass(3_000);
    expect([state(id), told.map(({ data }) => data.state)]).toEqual(["sent", ["sent"]]);
  });

  it.each([
    ["forward by an hour", 3_600_000],
    ["back by two hours", -7_200_000],
  ])("a late row is known by its date, though the clock was set %s before", async (_what, ms) => {
    const { messages, set, ...on } = settableSending();
    const { text, pass, state } = sendingOutbox(
      fakeMessagesApp(() => timedOut),
      { ...on, messages },
    );
    const id = await text("hello");
    await pass(1_000);
    set(ms);
    await pass(70_000);
    expect(state(id)).toBe("unknown");
    messages.send("hello");
    await pass(2_000);
    expect(state(id)).toBe("sent");
  });
});

it("a row that is older than its send is not its own while no clock was set", async () => {
  const { messages, time, ...on } = stagedSending();
  const app = fakeMessagesApp(() => {
    dateRow(messages, messages.send("ok").id, time.clock.now() - 300_000);
    return taken;
  });
  const { text, pass, state } = sendingOutbox(app, { ...on, time, messages });
  const id = await text("ok");
  await pass(2_000);
  expect(state(id)).toBe("dispatching");
});

describe("a row that belongs nowhere at first", () => {
  it("confirms its part when it is joined some seconds late", async () => {
    const { messages, ...on } = stagedSending();
    let join = (): void => {};
    const app = fakeMessagesApp(() => {
      join = unjoin(messages, messages.send("late join").id);
      return taken;
    });
    const { text, pass, state, told } = sendingOutbox(app, { ...on, messages });
    const id = await text("late join");
    await pass(8_000);
    join();
    await pass(2_000);
    expect([state(id), told.map(({ data }) => data.state)]).toEqual(["sent", ["sent"]]);
  });

  it("is looked for once more before its part is given up", async () => {
    const { messages, ...on } = stagedSending();
    let join = (): void => {};
    const app = fakeMessagesApp(() => {
      join = unjoin(messages, messages.send("late join").id);
      return taken;
    });
    const { text, pass, told } = sendingOutbox(app, { ...on, messages });
    await text("late join");
    await pass(40_000);
    join();
    await pass(30_000);
    expect(told.map(({ data }) => data.state)).toEqual(["sent"]);
  });

  it.each([
    ["soon", 2_000, ["sent"]],
    ["long after", 30_000, ["failed", "sent"]],
  ])("and is empty, as one that was lost: it was not when it is filled %s", async (_what, ms, states) => {
    const { messages, ...on } = stagedSending();
    const group = createGroup(messages.store, { name: "Crew", addresses: [MAYA, "+15550112"] });
    let fill = (): void => {};
    const app = fakeMessagesApp(() => {
      const { id } = sendMessage(messages.store, { chat: group, text: "hi all", state: "sent" });
      fill = unjoin(messages, id, true);
      return taken;
    });
    const { accept, pass, state, told } = sendingOutbox(app, { ...on, messages });
    const id = await accept({ chat: group.guid, parts: [textPart("hi all")] });
    await pass(ms);
    fill();
    await pass(70_000);
    expect([state(id), told.map(({ data }) => data.state)]).toEqual(["sent", states]);
  });
});

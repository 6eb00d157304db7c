import { describe, expect, it } from "vitest";
import { type Act, fakeMessagesApp, notLeft, taken, timedOut } from "../../testing/fake-messages-app.ts";
import { sendingOutbox, stagedSending, textFor, textPart } from "../../testing/sending-outbox.ts";
import { until } from "../../testing/until.ts";

const OTHER = "+15550112";

describe("within a conversation", () => {
  it("nothing overtakes what may have left and whose row is awaited; other conversations go on", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => timedOut, rowFor);
    const { text, pass, state } = sendingOutbox(app, { ...on, messages });
    const first = await text("first");
    const second = await text("second");
    const elsewhere = await text("elsewhere", OTHER);
    await pass(10_000);
    expect(app.contents()).toEqual(["first", "elsewhere"]);
    messages.send("first");
    await pass(3_000);
    expect(app.contents()).toEqual(["first", "elsewhere", "second"]);
    expect([first, second, elsewhere].map(state)).toEqual(["sent", "sent", "sent"]);
  });

  it("goes on when nobody knows what became of what went before", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => timedOut, rowFor);
    const { text, pass, state } = sendingOutbox(app, on);
    const first = await text("first");
    const second = await text("second");
    await pass(65_000);
    expect([first, second].map(state)).toEqual(["unknown", "sent"]);
  });

  it("does not wait for the row of what Messages has taken", async () => {
    const app = fakeMessagesApp(() => taken);
    const { text } = sendingOutbox(app, stagedSending());
    await text("first");
    await text("second");
    expect(app.contents()).toEqual(["first", "second"]);
  });

  it("of equal texts the second waits for the row of the first, so that each has its own", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(() => taken);
    const { text, pass, item } = sendingOutbox(app, { ...on, messages });
    const ids = [await text("yes"), await text("yes "), await text("no"), await text("yes", OTHER)];
    expect(app.contents()).toEqual(["yes", "yes"]);
    expect(app.attempts[1]?.target).toMatchObject({ address: OTHER });
    const first = messages.send("yes");
    await pass(1_500);
    expect(app.contents()).toEqual(["yes", "yes", "yes ", "no"]);
    const second = messages.send("yes");
    await pass(1_500);
    expect(ids.slice(0, 2).map((id) => item(id).parts[0]?.messageGuid)).toEqual([first.guid, second.guid]);
  });

  it("a text whose equal never showed goes when nobody waits for that any more", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => taken, rowFor);
    const { text, pass, state } = sendingOutbox(app, on);
    const ids = [await text("yes"), await text("yes")];
    await pass(65_000);
    expect(ids.map(state)).toEqual(["unknown", "sent"]);
  });

  it("is the same under any spelling of its service", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(() => timedOut);
    const { accept, pass } = sendingOutbox(app, { ...on, messages });
    await accept({ chat: "any;-;+15550111", parts: [textPart("first")] });
    await accept({ chat: "iMessage;-;+15550111", parts: [textPart("second")] });
    await pass(10_000);
    expect(app.contents()).toEqual(["first"]);
  });

  it("the order is that of acceptance, though the clock was set back meanwhile", async () => {
    const { rowFor, time, ...on } = stagedSending();
    let now = time.clock.now();
    const clock = { ...time.clock, now: () => now };
    const app = fakeMessagesApp(rowFor);
    const { text, pause, pass } = sendingOutbox(app, { ...on, time: { ...time, clock }, paused: true });
    await text("first");
    now -= 3_600_000;
    await text("second");
    await pause(false);
    await pass(1_000);
    expect(app.contents()).toEqual(["first", "second"]);
  });
});

describe("Messages that does not run", () => {
  const notRunning: Act = () => notLeft(-600);

  it("is tried again twice, by itself, before what follows in the conversation", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(notRunning, rowFor);
    const { text, time, pass, state, told } = sendingOutbox(app, on);
    const ids = [await text("first"), await text("second")];
    expect(app.contents()).toEqual(["first"]);
    expect(state(ids[0] ?? "")).toBe("queued");
    time.advance(399);
    await pass(0);
    expect(app.contents()).toEqual(["first"]);
    await pass(2_000);
    expect(app.contents()).toEqual(["first", "first", "second"]);
    expect(ids.map(state)).toEqual(["sent", "sent"]);
    expect(told.map(({ data }) => data.state)).toEqual(["sent", "sent"]);
  });

  it.each([
    [-600, "messages_not_running"],
    [-609, "messages_not_running"],
    [null, "sender_unavailable"],
  ])("fails after that (%s), and nothing has left", async (code, fault) => {
    const app = fakeMessagesApp(() => notLeft(code));
    const { text, pass, item, told } = sendingOutbox(app, stagedSending());
    const id = await text("hi");
    await pass(5_000);
    expect(app.contents()).toEqual(["hi", "hi", "hi"]);
    expect(item(id)).toMatchObject({ state: "failed", fault, parts: [{ mayHaveLeft: false }] });
    expect(told.map(({ data }) => data.state)).toEqual(["failed"]);
  });

  it("does not hold up other conversations", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(notRunning, rowFor);
    const { text, pass } = sendingOutbox(app, on);
    await text("first");
    await text("elsewhere", OTHER);
    await pass(0);
    expect(app.contents()).toEqual(["first", "elsewhere"]);
  });

  it("is tried again after a restart, where that comes first", async () => {
    const { rowFor, ...on } = stagedSending();
    const first = sendingOutbox(fakeMessagesApp(notRunning), on);
    const id = await first.text("hi");
    const remembered = first.kill();
    const app = fakeMessagesApp(rowFor);
    const next = sendingOutbox(app, { ...on, remembered });
    next.outbox.wake();
    await next.pass(2_000);
    expect([next.state(id), app.contents()]).toEqual(["sent", ["hi"]]);
  });

  it("is not waited for where what comes before it in the same item failed meanwhile", async () => {
    const { messages, ...on } = stagedSending();
    let row = 0;
    const app = fakeMessagesApp(
      () => {
        row = messages.send("one", { state: "sending" }).id;
        return taken;
      },
      async () => {
        messages.sql("UPDATE message SET error = 22 WHERE ROWID = ?", row);
        await until("its failure to be known", () => staged.item(id).parts[0]?.state === "failed");
        return notLeft(-600);
      },
    );
    const staged = sendingOutbox(app, { ...on, messages });
    const id = staged.outbox.accept({
      ...textFor("one"),
      parts: [textPart("one"), textPart("two")],
    });
    await staged.pass(10_000);
    await until("the end of it", () => staged.item(id).parts[1]?.state === "failed");
    expect(app.contents()).toEqual(["one", "two"]);
    expect(staged.item(id).parts[1]).toMatchObject({ fault: "messages_not_running", mayHaveLeft: false });
  });
});

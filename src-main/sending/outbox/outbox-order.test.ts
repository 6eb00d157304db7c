import { renameSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fakeMessagesApp, notLeft, taken, timedOut } from "../../testing/fake-messages-app.ts";
import { sendingOutbox, stagedSending, textFor, textPart } from "../../testing/sending-outbox.ts";
import { settle } from "../../testing/until.ts";

describe("the order", () => {
  it("is that of acceptance, one at a time", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const { outbox, pass } = sendingOutbox(app, on);
    const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
    for (const content of texts) outbox.accept(textFor(content));
    await pass(2_000);
    expect(app.contents()).toEqual(texts);
    expect(outbox.counts()).toEqual({ waiting: 0, sent: 30 });
  });

  it("holds for the parts of an item; one that did not leave takes those behind it along", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor, () => notLeft(-10000));
    const { accept, pass, item } = sendingOutbox(app, on);
    const parts = ["one", "two", "three"].map(textPart);
    const id = await accept({ parts });
    await pass(2_000);
    expect(app.contents()).toEqual(["one", "two"]);
    expect(item(id).parts.map(({ state }) => state)).toEqual(["sent", "failed", "failed"]);
    expect(item(id)).toMatchObject({ state: "failed", fault: "messages_error" });
  });
});

it("a failure keeps its reason though the parts before it turn out to be sent", async () => {
  const { rowFor, ...on } = stagedSending();
  const app = fakeMessagesApp(rowFor, () => notLeft(-10000));
  const { accept, pass, item } = sendingOutbox(app, on);
  const parts = ["one", "two"].map(textPart);
  const id = await accept({ parts });
  await settle();
  expect(item(id).parts.map(({ state }) => state)).toEqual(["dispatching", "failed"]);
  await pass(1_000);
  expect(item(id).parts.map(({ state }) => state)).toEqual(["sent", "failed"]);
  expect(item(id)).toMatchObject({ state: "failed", fault: "messages_error", reason: expect.any(String) });
});

describe("sends wait", () => {
  it("while sending is paused, and go when it is resumed", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const { text, pause, pass, state } = sendingOutbox(app, { ...on, paused: true });
    const id = await text("hi");
    await pass(120_000);
    expect(state(id)).toBe("queued");
    expect(app.attempts).toEqual([]);
    await pause(false);
    await pass(1_000);
    expect(state(id)).toBe("sent");
  });

  it("while chat.db cannot be read, since they could not be confirmed", async () => {
    const { rowFor, messages, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const { text, pass, state } = sendingOutbox(app, { ...on, messages });
    renameSync(messages.path, `${messages.path}.away`);
    await pass(1_000);
    const id = await text("hi");
    await pass(10_000);
    expect(state(id)).toBe("queued");
    renameSync(`${messages.path}.away`, messages.path);
    await pass(3_000);
    expect(state(id)).toBe("sent");
  });
});

describe("after a crash", () => {
  it("what was queued is sent", async () => {
    const { rowFor, ...on } = stagedSending();
    const first = sendingOutbox(fakeMessagesApp(rowFor), { ...on, paused: true });
    const id = await first.text("hi");
    const remembered = first.kill();
    const app = fakeMessagesApp(rowFor);
    const second = sendingOutbox(app, { ...on, remembered });
    second.outbox.wake();
    await second.pass(2_000);
    expect(second.state(id)).toBe("sent");
    expect(app.contents()).toEqual(["hi"]);
  });

  it("what was being sent is settled by its row, and not sent again", async () => {
    const { messages, ...on } = stagedSending();
    const first = sendingOutbox(
      fakeMessagesApp(() => new Promise(() => {})),
      { ...on, messages },
    );
    const id = await first.text("hi");
    const remembered = first.kill();
    messages.send("hi");
    const app = fakeMessagesApp(() => taken);
    const second = sendingOutbox(app, { ...on, messages, remembered });
    second.outbox.wake();
    await second.pass(1_000);
    expect(second.state(id)).toBe("sent");
    expect(app.attempts).toEqual([]);
  });

  it("what was being sent and left no row is unknown after a minute", async () => {
    const on = stagedSending();
    const first = sendingOutbox(
      fakeMessagesApp(() => new Promise(() => {})),
      on,
    );
    const id = await first.text("hi");
    const app = fakeMessagesApp(() => taken);
    const second = sendingOutbox(app, { ...on, remembered: first.kill() });
    await second.pass(62_000);
    expect(second.state(id)).toBe("unknown");
    expect(app.attempts).toEqual([]);
  });
});

describe("whoever waits for a send", () => {
  it("is told of its row as soon as it is there", async () => {
    const { rowFor, ...on } = stagedSending();
    const { text, outbox, pass } = sendingOutbox(fakeMessagesApp(rowFor), on);
    const waiting = outbox.wait(await text("hi"), 60_000);
    await pass(1_000);
    expect(await waiting).toMatchObject({ item: { state: "sent" }, message: { body: "hi", rowId: 2 } });
  });

  it("is told what is known when the time is over", async () => {
    const { text, outbox, pass } = sendingOutbox(
      fakeMessagesApp(() => timedOut),
      stagedSending(),
    );
    const waiting = outbox.wait(await text("hi"), 3_000);
    await pass(3_000);
    expect(await waiting).toMatchObject({ item: { state: "dispatching" }, message: null });
  });

  it("is refused when there is no such item", async () => {
    const { outbox } = sendingOutbox(
      fakeMessagesApp(() => taken),
      stagedSending(),
    );
    await expect(outbox.wait("out_none", 1_000)).rejects.toMatchObject({ code: "not_found" });
  });
});

import { describe, expect, it } from "vitest";
import { fakeMessagesApp, notLeft, taken, timedOut } from "../../testing/fake-messages-app.ts";
import { filePart, sendingOutbox, stagedSending, textPart } from "../../testing/sending-outbox.ts";

const conflict = expect.objectContaining({ code: "conflict" });
const notFound = expect.objectContaining({ code: "not_found" });

describe("a retry", () => {
  it("sends what surely did not leave, in its place", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => notLeft(-1743), rowFor);
    const { accept, outbox, pass, state, told } = sendingOutbox(app, on);
    const id = await accept({ parts: [textPart("one"), textPart("two")] });
    expect(outbox.retry(id)).toMatchObject({
      state: "queued",
      parts: [{ state: "queued" }, { state: "queued" }],
    });
    await pass(2_000);
    expect(app.contents()).toEqual(["one", "one", "two"]);
    expect(state(id)).toBe("sent");
    expect(told.map(({ data }) => data.state)).toEqual(["failed", "queued", "dispatching", "sent"]);
  });

  it("repeats what is unknown; a late row of the first tells its own truth", async () => {
    const { messages, rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => timedOut, rowFor);
    const { text, outbox, pass, item, time } = sendingOutbox(app, { ...on, messages });
    const id = await text("hi");
    const givenAt = time.clock.now();
    await pass(65_000);
    outbox.retry(id);
    await pass(2_000);
    expect(item(id)).toMatchObject({
      state: "sent",
      parts: [{ state: "unknown", retriedAs: 1 }, { state: "sent" }],
    });
    const { id: row } = messages.send("hi");
    messages.sql(
      "UPDATE message SET date = ? WHERE ROWID = ?",
      (givenAt + 5_000 - 978_307_200_000) * 1e6,
      row,
    );
    await pass(2_000);
    expect(item(id).parts.map(({ state, messageRowId }) => [state, messageRowId])).toEqual([
      ["sent", row],
      ["sent", row - 1],
    ]);
    expect(app.contents()).toEqual(["hi", "hi"]);
  });

  it("is dropped when the first one's row comes while it waits", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(() => timedOut);
    const { text, outbox, pass, item, pause } = sendingOutbox(app, { ...on, messages });
    const id = await text("hi");
    await pass(65_000);
    await pause(true);
    outbox.retry(id);
    messages.send("hi");
    await pass(2_000);
    await pause(false);
    await pass(2_000);
    expect(item(id)).toMatchObject({ state: "sent", parts: [{ state: "sent" }, { fault: "cancelled" }] });
    expect(app.contents()).toEqual(["hi"]);
  });

  it("is refused where there is nothing to retry, no such item, or its file is gone", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor, () => notLeft(-1743));
    const { text, accept, outbox, pass } = sendingOutbox(app, { ...on, isFileThere: () => false });
    const id = await text("hi");
    await pass(1_000);
    const file = await accept({ parts: [filePart("/staged/cat.png")] });
    expect(() => outbox.retry(id)).toThrow(conflict);
    expect(() => outbox.retry("out_none")).toThrow(notFound);
    expect(() => outbox.retry(file)).toThrow(/cat\.png is kept no longer/);
  });
});

describe("a cancellation", () => {
  it("ends what is queued", async () => {
    const app = fakeMessagesApp(() => taken);
    const { text, outbox, pause, told } = sendingOutbox(app, { ...stagedSending(), paused: true });
    const id = await text("hi");
    expect(outbox.cancel(id)).toMatchObject({ state: "failed", fault: "cancelled" });
    await pause(false);
    expect(app.contents()).toEqual([]);
    expect(told).toMatchObject([
      { type: "outbox.updated", data: { id, state: "failed", fault: "cancelled" } },
    ]);
  });

  it("comes in time while a part waits for its next try", async () => {
    const app = fakeMessagesApp(() => notLeft(-600));
    const { text, outbox, pass, item } = sendingOutbox(app, stagedSending());
    const id = await text("hi");
    outbox.cancel(id);
    await pass(3_000);
    expect(app.contents()).toEqual(["hi"]);
    expect(item(id).fault).toBe("cancelled");
  });

  it("is refused for what was given to Messages", async () => {
    const { text, outbox } = sendingOutbox(
      fakeMessagesApp(() => timedOut),
      stagedSending(),
    );
    const id = await text("hi");
    expect(() => outbox.cancel(id)).toThrow(conflict);
    expect(() => outbox.cancel("out_none")).toThrow(notFound);
  });
});

describe("a dry run", () => {
  it("takes its turn, and is never given to Messages", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const { accept, text, pause, pass, state, told } = sendingOutbox(app, { ...on, paused: true });
    const dry = await accept({
      isDryRun: true,
      parts: [textPart("not really"), filePart("/staged/cat.png")],
    });
    const real = await text("really");
    await pass(5_000);
    expect(state(dry)).toBe("queued");
    await pause(false);
    await pass(1_000);
    expect([dry, real].map(state)).toEqual(["dry_run", "sent"]);
    expect(app.contents()).toEqual(["really"]);
    expect(told.map(({ data }) => [data.id, data.state])).toEqual([
      [dry, "queued"],
      [dry, "dry_run"],
      [real, "sent"],
    ]);
  });
});

describe("an answer to a message", () => {
  const bubble = { guid: "ASKED", text: "shall we?" };

  it("points at its bubble, and is confirmed by a row that answers the same", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(({ content }) => {
      const { id } = messages.send(content.kind === "text" ? content.text : "");
      messages.sql("UPDATE message SET thread_originator_guid = 'ASKED' WHERE ROWID = ?", id);
      return taken;
    });
    const { accept, pass, state } = sendingOutbox(app, { ...on, messages, bubbleOf: () => bubble });
    const id = await accept({ replyTo: "ASKED", parts: [textPart("yes")] });
    await pass(1_000);
    expect(app.attempts[0]?.content).toEqual({ kind: "text", text: "yes", replyTo: bubble });
    expect(state(id)).toBe("sent");
  });

  it("fails, and nothing has left, where the message is gone", async () => {
    const app = fakeMessagesApp(() => taken);
    const { accept, item } = sendingOutbox(app, stagedSending());
    const id = await accept({ replyTo: "GONE", parts: [textPart("yes")] });
    expect(item(id)).toMatchObject({
      state: "failed",
      fault: "target_not_found",
      parts: [{ mayHaveLeft: false }],
    });
    expect(app.attempts).toEqual([]);
  });
});

describe("whoever waits while sending is paused", () => {
  it("is told at once that it stays queued", async () => {
    const { text, outbox } = sendingOutbox(
      fakeMessagesApp(() => taken),
      { ...stagedSending(), paused: true },
    );
    const { item, message } = await outbox.wait(await text("hi"), 60_000);
    expect([item.state, message]).toEqual(["queued", null]);
  });

  it("is told as soon as it is paused", async () => {
    const { text, outbox, pause } = sendingOutbox(
      fakeMessagesApp(() => timedOut),
      stagedSending(),
    );
    await text("first");
    const waiting = outbox.wait(await text("behind it"), 60_000);
    await pause(true);
    expect((await waiting).item.state).toBe("queued");
  });
});

import { renameSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fakeMessagesApp, notLeft, taken, timedOut } from "../../testing/fake-messages-app.ts";
import { sendingOutbox, stagedSending } from "../../testing/sending-outbox.ts";
import { MAYA } from "../../testing/simulated-messages.ts";

const OTHER = "+15550112";

describe("a send", () => {
  it("is sent when its row is there", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const { text, pass, item } = sendingOutbox(app, on);
    const id = await text("hi");
    expect(item(id).state).toBe("dispatching");
    await pass(1_000);
    expect(item(id)).toMatchObject({ state: "sent", parts: [{ messageRowId: 2 }] });
    expect(app.attempts).toEqual([
      {
        target: { kind: "chat", guid: `any;-;${MAYA}` },
        content: { kind: "text", text: "hi", replyTo: null },
      },
    ]);
  });

  it("tries the chat's other spellings and then the person, while nothing has left", async () => {
    const app = fakeMessagesApp(() => notLeft(-1728));
    const { text, item } = sendingOutbox(app, stagedSending());
    const id = await text("hi");
    expect(app.attempts.map(({ target }) => target)).toEqual([
      { kind: "chat", guid: `any;-;${MAYA}` },
      { kind: "chat", guid: `iMessage;-;${MAYA}` },
      { kind: "chat", guid: `SMS;-;${MAYA}` },
      { kind: "chat", guid: `RCS;-;${MAYA}` },
      { kind: "participant", address: MAYA, service: "iMessage" },
    ]);
    expect(item(id)).toMatchObject({ state: "failed", fault: "target_not_found" });
  });

  it("goes to the person where there is no chat yet", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const { text, pass, state } = sendingOutbox(app, on);
    const id = await text("hello stranger", "+15559999");
    await pass(1_000);
    expect(app.attempts.map(({ target }) => target.kind)).toEqual(["participant"]);
    expect(state(id)).toBe("sent");
  });

  it("fails at once, with its own fault, when Automation is denied, and is well again after a success", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => notLeft(-1743), rowFor);
    const { text, item, outbox } = sendingOutbox(app, on);
    expect(item(await text("hi"))).toMatchObject({ state: "failed", fault: "automation_denied" });
    expect(app.attempts).toHaveLength(1);
    expect(outbox.denied()?.code).toBe("automation_denied");
    await text("again");
    expect(outbox.denied()).toBeNull();
  });

  it.each([
    [22, `${MAYA} is not registered with iMessage (error 22); send it with "service": "SMS"`],
    [25, expect.stringMatching(/^Messages could not read the file \(error 25\); upload it/)],
    [43, "Messages could not deliver it (error 43)"],
  ])("fails when its row says error %i, and says what mends it", async (error, reason) => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(() => {
      const { id } = messages.send("hi", { state: "sending" });
      messages.sql("UPDATE message SET error = ? WHERE ROWID = ?", error, id);
      return taken;
    });
    const { text, pass, item } = sendingOutbox(app, { ...on, messages });
    const id = await text("hi");
    await pass(1_000);
    expect(item(id)).toMatchObject({ state: "failed", fault: "send_failed", reason });
    expect(item(id).parts[0]?.errorCode).toBe(error);
  });
});

describe("a send that timed out", () => {
  it("is sent when its row appears after all", async () => {
    const { messages, ...on } = stagedSending();
    const { text, pass, state } = sendingOutbox(
      fakeMessagesApp(() => timedOut),
      { ...on, messages },
    );
    const id = await text("hi");
    await pass(30_000);
    expect(state(id)).toBe("dispatching");
    messages.send("hi");
    await pass(1_000);
    expect(state(id)).toBe("sent");
  });

  it("is unknown after a minute without a row, and is never sent again, also not after a restart", async () => {
    const on = stagedSending();
    const app = fakeMessagesApp(() => timedOut);
    const first = sendingOutbox(app, on);
    const id = await first.text("hi");
    await first.pass(59_000);
    expect(first.state(id)).toBe("dispatching");
    await first.pass(3_000);
    expect(first.state(id)).toBe("unknown");
    const second = sendingOutbox(app, { ...on, remembered: first.kill() });
    second.outbox.wake();
    await second.pass(600_000);
    expect(second.state(id)).toBe("unknown");
    expect(app.attempts).toHaveLength(1);
  });

  it("is not declared unknown while chat.db cannot be read", async () => {
    const { messages, ...on } = stagedSending();
    const { text, pass, state } = sendingOutbox(
      fakeMessagesApp(() => timedOut),
      { ...on, messages },
    );
    const id = await text("hi");
    messages.close();
    renameSync(messages.path, `${messages.path}.away`);
    await pass(300_000);
    expect(state(id)).toBe("dispatching");
  });
});

describe("rows are told apart:", () => {
  it("two equal texts in a row find two rows", async () => {
    const { rowFor, ...on } = stagedSending();
    const { text, pass, item } = sendingOutbox(fakeMessagesApp(rowFor), on);
    const ids = [await text("same"), await text("same")];
    await pass(3_000);
    expect(ids.map((id) => item(id).parts[0]?.messageRowId)).toEqual([2, 3]);
  });

  it("a row that was there before is not taken", async () => {
    const { messages, ...on } = stagedSending();
    messages.send("hi");
    const { text, pass, state } = sendingOutbox(
      fakeMessagesApp(() => timedOut),
      { ...on, messages },
    );
    const id = await text("hi");
    await pass(5_000);
    expect(state(id)).toBe("dispatching");
  });

  it("a row of another conversation is not taken", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(() => {
      messages.send("hi", { to: OTHER });
      return taken;
    });
    const { text, pass, state } = sendingOutbox(app, { ...on, messages });
    const id = await text("hi");
    await pass(5_000);
    expect(state(id)).toBe("dispatching");
  });

  it("a row with another text is not taken", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(() => {
      messages.send("typed by hand");
      return taken;
    });
    const { text, pass, state } = sendingOutbox(app, { ...on, messages });
    const id = await text("hi");
    await pass(5_000);
    expect(state(id)).toBe("dispatching");
  });
});

describe("what is asked about sends:", () => {
  it("the item that a message went out as", async () => {
    const { rowFor, ...on } = stagedSending();
    const { text, pass, item, outbox } = sendingOutbox(fakeMessagesApp(rowFor), on);
    const id = await text("hi");
    await pass(1_000);
    expect(outbox.itemOf(item(id).parts[0]?.messageGuid ?? "")).toBe(id);
    expect(outbox.itemOf("OTHER")).toBeNull();
    expect((await outbox.wait(id, 0)).message).toMatchObject({ body: "hi", outboxId: id });
  });

  it("how many were accepted since a moment, to all and to one chat in any spelling", async () => {
    const { rowFor, time, ...on } = stagedSending();
    const { text, pass, outbox } = sendingOutbox(fakeMessagesApp(rowFor), { ...on, time });
    await text("before");
    await pass(1_000);
    const since = time.clock.now();
    await text("hi");
    await pass(1_000);
    await text("elsewhere", OTHER);
    expect(outbox.accepted(since, null)).toEqual({ count: 2, oldestAt: since });
    for (const chat of [`any;-;${MAYA}`, `SMS;-;${MAYA}`, "iMessage;-;5550111"]) {
      expect(outbox.accepted(since, chat)).toEqual({ count: 1, oldestAt: since });
    }
    expect(outbox.accepted(since, "any;-;+15559999")).toEqual({ count: 0, oldestAt: null });
  });
});

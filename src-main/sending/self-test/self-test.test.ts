import { rmSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { SelfTest, type SelfTestStep } from "../../../src-shared/domain/self-test.ts";
import { Fault } from "../../../src-shared/faults.ts";
import { PANES } from "../../../src-shared/panes.ts";
import { keepChatDb } from "../../apple-messages/chat-db.ts";
import { createBus } from "../../journal/bus.ts";
import type { AutomationAnswer, MessagesApp, SendOutcome } from "../../messages-app/messages-app.ts";
import { realPorts } from "../../ports/real.ts";
import { openLines } from "../../reading/lines.ts";
import { MAC_LINE } from "../../simulator/macos.ts";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { sampleMessage } from "../../testing/sample-changes.ts";
import { sampleOutboxItem, sampleOutboxPart } from "../../testing/sample-outbox-part.ts";
import { simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { settle } from "../../testing/until.ts";
import type { OutboxItem, OutboxPart } from "../outbox/outbox-item.ts";
import { sentItem } from "../outbox/sent-item.ts";
import type { SendOrder, SendTerms } from "../send-order.ts";
import { tellAttempts } from "./attempts-told.ts";
import { openSelfTest } from "./self-test.ts";

/** The line of what the simulated Mac sends and receives. */
const MAC = MAC_LINE;
const on: AutomationAnswer = { answer: "on" };

const part = (content: string): OutboxPart => sampleOutboxPart({ content, sizeBytes: content.length });

/** A Mac with a chat.db, and an outbox in which nothing moves before the test says so. */
function stage(options: { isMac?: boolean; hasLine?: boolean } = {}) {
  const time = manualTime();
  const messages = simulatedMessages(temporaryFolder());
  if (options.hasLine !== false) messages.receive("hello");
  const chatDb = keepChatDb(messages.path, realPorts().clock);
  onTestFinished(() => chatDb.close());
  const complaints: unknown[] = [];
  const bus = createBus((thrown) => complaints.push(thrown));
  const world = {
    isPaused: false,
    answer: (): Promise<AutomationAnswer> => Promise.resolve(on),
    refusal: null as Error | null,
    outcome: { outcome: "taken" } as SendOutcome,
  };
  const orders: { order: SendOrder; terms: SendTerms }[] = [];
  let item: OutboxItem | null = null;
  const messagesApp: MessagesApp = {
    send: async () => world.outcome,
    act: async () => ({ outcome: "taken" }),
    askAutomation: () => world.answer(),
  };
  const told = tellAttempts(messagesApp);
  const move = (change: Partial<OutboxPart>): void => {
    if (item === null) throw new Error("nothing was accepted");
    const [first] = item.parts;
    const { state = item.state, fault = item.fault, reason = item.reason } = change;
    item = { ...item, state, fault, reason, parts: first === undefined ? [] : [{ ...first, ...change }] };
  };
  const tests = openSelfTest({
    trouble: chatDb.trouble,
    path: messages.path,
    lines: openLines(chatDb),
    messagesApp: told.messagesApp,
    needsPermissions: options.isMac ?? true,
    isPaused: () => world.isPaused,
    sending: {
      async send(order, terms) {
        orders.push({ order, terms });
        if (world.refusal !== null) throw world.refusal;
        item = sampleOutboxItem({ chat: `any;-;${order.recipient}`, parts: [part(order.body)] });
        return { item: sentItem(item), message: null, isReplay: false };
      },
    },
    outbox: {
      get: () => item,
      cancel() {
        if (item?.state !== "queued") throw new Fault("conflict", "it is with Messages");
        move({ state: "failed", fault: "cancelled", reason: "it was cancelled" });
        return item;
      },
    },
    attempts: told.attempts,
    bus,
    clock: time.clock,
    timers: time.timers,
    randomness: realPorts().randomness,
    complain: (thrown) => complaints.push(thrown),
  });
  const run = (to: string | null = null) => tests.run({ to, by: "key_1" });
  return {
    time,
    messages,
    world,
    orders,
    complaints,
    tests,
    run,
    item: () => item,
    move,
    /** Starts one and lets it come as far as it can. */
    async begin(to: string | null = null) {
      const result = run(to);
      result.catch(() => {});
      await settle();
      return { result };
    },
    /** Lets so many ms pass, and what follows from that happen. */
    async pass(ms: number) {
      time.advance(ms);
      await settle();
    },
    /** The outbox gives the message to Messages, which answers as the world says. */
    async dispatch() {
      move({ state: "dispatching", dispatchedAt: time.clock.now(), mayHaveLeft: true });
      const text = orders.at(-1)?.order.body ?? "";
      await told.messagesApp.send(
        { kind: "participant", address: MAC, service: "iMessage" },
        { kind: "text", text, replyTo: null },
      );
      await settle();
    },
    /** Its row is claimed. */
    row(change: Partial<OutboxPart> = {}) {
      move({ messageGuid: "MINE", messageRowId: 9, ...change });
    },
    /** A message of this Mac's own is told as sent. */
    told(guid: string, seq: number) {
      const data = sampleMessage({ guid, isFromMe: true, sender: null, conversationIds: [`any;-;${MAC}`] });
      bus.publish([{ id: `evt_${seq}`, seq, at: time.clock.now(), type: "message.sent", data }]);
    },
  };
}

/** What the steps came to, in short. */
const outcomes = ({ steps }: SelfTest): string[] => steps.map(({ name, outcome }) => `${name} ${outcome}`);

/** The step at which it ended, after as many passes as there are steps before and with nothing but skips behind. */
function failedStep(test: SelfTest): SelfTestStep {
  expect(SelfTest.parse(test)).toEqual(test);
  expect(test.passed).toBe(false);
  const at = test.steps.findIndex(({ outcome }) => outcome === "failed");
  const step = test.steps[at];
  if (step === undefined) throw new Error(`no step failed: ${outcomes(test).join(", ")}`);
  expect(test.steps.slice(0, at).every(({ outcome }) => outcome === "passed")).toBe(true);
  expect(test.steps.slice(at + 1).every(({ outcome }) => outcome === "skipped")).toBe(true);
  return step;
}

describe("a self-test", () => {
  it("follows a message to the own line last used through the whole way, each step with its time", async () => {
    const { begin, pass, dispatch, row, told, orders } = stage();
    const { result } = await begin();
    await pass(5);
    await dispatch();
    await pass(12);
    row({ state: "sent" });
    told("SOMEBODY ELSE'S", 6);
    told("MINE", 7);
    const test = await result;
    expect(SelfTest.parse(test)).toEqual(test);
    expect(test).toMatchObject({ passed: true, line: MAC, outboxId: "out_1", tookMs: 17 });
    expect(test.steps.map(({ outcome, tookMs, sentence }) => [outcome, tookMs, sentence])).toEqual([
      ["passed", 0, "chat.db can be read: Full Disk Access is on"],
      ["passed", 0, "Bellhop may control Messages"],
      ["passed", 0, `${MAC} is this Mac’s own line, the one last used`],
      ["passed", 5, `Sent to yourself through Messages, at ${MAC}`],
      ["passed", 12, "Seen in chat.db"],
      ["passed", 0, "Kept as event 7, message.sent"],
    ]);
    expect(orders).toMatchObject([
      {
        order: { recipient: MAC, service: null, isDryRun: false },
        terms: { waitMs: 0, by: "key_1", idempotencyKey: null, isExempt: true },
      },
    ]);
  });

  it("sends a text that no other test sends, with the time", async () => {
    const texts = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      const { begin, tests, orders } = stage();
      const { result } = await begin();
      tests.stop();
      await result;
      texts.add(orders[0]?.order.body ?? "");
    }
    expect(texts.size).toBe(5);
    for (const text of texts) expect(text).toMatch(/^Bellhop self-test \d\d:\d\d:\d\d [a-z]{6}$/);
  });

  it("takes a row that comes before Messages has answered as a proof that it was taken", async () => {
    const { begin, pass, move, row, told } = stage();
    const { result } = await begin();
    move({ state: "dispatching" });
    await pass(30);
    row({ state: "sent" });
    told("MINE", 3);
    expect((await result).steps.slice(3)).toMatchObject([
      { outcome: "passed", tookMs: 30 },
      { outcome: "passed", tookMs: 0, sentence: "Seen in chat.db at once" },
      { outcome: "passed", tookMs: 0 },
    ]);
  });

  it("waits for the event where the row comes first and says only later that it was sent", async () => {
    const { begin, pass, dispatch, row, move, told } = stage();
    const { result } = await begin();
    await dispatch();
    row();
    await pass(10);
    await pass(40);
    move({ state: "sent" });
    told("MINE", 3);
    expect((await result).steps.slice(4)).toMatchObject([
      { outcome: "passed", tookMs: 10 },
      { outcome: "passed", tookMs: 40 },
    ]);
  });

  it("on a simulated Messages asks the stand-in all the same", async () => {
    const { begin, tests } = stage({ isMac: false });
    const { result } = await begin();
    tests.stop();
    expect((await result).steps.slice(0, 2)).toMatchObject([
      { outcome: "passed", sentence: "chat.db can be read" },
      { outcome: "passed", sentence: "Messages is simulated, and can be controlled" },
    ]);
  });

  it("is one at a time", async () => {
    const { begin, run, tests } = stage();
    const { result } = await begin();
    await expect(run()).rejects.toMatchObject({ code: "busy", retryAfter: expect.any(Number) });
    tests.stop();
    await result;
    const { result: second } = await begin();
    tests.stop();
    expect(failedStep(await second).name).toBe("sending");
  });

  it("leaves nothing behind that waits or listens", async () => {
    const { begin, pass, time } = stage();
    const { result } = await begin();
    await pass(60_000);
    await result;
    expect(time.pending()).toBe(0);
  });
});

describe("reading that fails", () => {
  it("says that chat.db is missing, and sends nothing", async () => {
    const { run, messages, orders } = stage();
    messages.close();
    for (const end of ["", "-wal", "-shm"]) rmSync(`${messages.path}${end}`, { force: true });
    const test = await run();
    expect(failedStep(test)).toMatchObject({ name: "reading", fix: expect.stringContaining("sign in") });
    expect(test).toMatchObject({ line: null, outboxId: null });
    expect(orders).toEqual([]);
  });
});

describe("Messages that may not be controlled", () => {
  it.each<[AutomationAnswer, string, string | null]>([
    [{ answer: "off", code: -1743, reason: "no" }, "Switch Messages on", PANES.automation],
    [{ answer: "not asked", code: -1744, reason: "no" }, "allow it when macOS asks", PANES.automation],
    [{ answer: "not running", code: -600, reason: "no" }, "Open Messages", null],
    [{ answer: "unknown", code: -10000, reason: "an odd error" }, "Open Messages", null],
  ])("%j: says what to do", async (answer, fix, pane) => {
    const { run, world, orders } = stage();
    world.answer = async () => answer;
    const step = failedStep(await run());
    expect(step).toMatchObject({ name: "automation", fix: expect.stringContaining(fix), pane });
    expect(orders).toEqual([]);
  });

  it("is waited for a minute and no longer: a question may stand on the screen", async () => {
    const { begin, pass, world } = stage();
    world.answer = () => new Promise(() => {});
    const { result } = await begin();
    await pass(60_000);
    const test = await result;
    expect(failedStep(test)).toMatchObject({ name: "automation", tookMs: 60_000 });
    expect(test.tookMs).toBe(60_000);
  });
});

describe("the line", () => {
  it.each(["+1 (555) 010-0", " +15550100"])("%s is the own one, however it is spelt", async (to) => {
    const { begin, tests, orders } = stage();
    const { result } = await begin(to);
    tests.stop();
    expect(await result).toMatchObject({ line: MAC });
    expect(orders).toMatchObject([{ order: { recipient: MAC } }]);
  });

  it.each(["+15550111", "nobody", "", "me@example.com"])(
    "%j is somebody else's: nothing is sent there",
    async (to) => {
      const { run, orders } = stage();
      expect(failedStep(await run(to))).toMatchObject({
        name: "line",
        fix: `Name one of them: ${MAC}.`,
      });
      expect(orders).toEqual([]);
    },
  );

  it("is missing where nothing in chat.db tells of one", async () => {
    const step = failedStep(await stage({ hasLine: false }).run());
    expect(step).toMatchObject({ name: "line", fix: expect.stringContaining("Sign in to Messages") });
  });
});

describe("a message that does not leave", () => {
  it("because sending is paused: says so and leaves nothing in the outbox", async () => {
    const { run, world, orders } = stage();
    world.isPaused = true;
    expect(failedStep(await run())).toMatchObject({
      name: "sending",
      sentence: "Sending is paused.",
      fix: "Resume sending.",
    });
    expect(orders).toEqual([]);
  });

  it("because sending is paused meanwhile: is taken back", async () => {
    const { begin, pass, world, item } = stage();
    const { result } = await begin();
    world.isPaused = true;
    await pass(10);
    expect(failedStep(await result)).toMatchObject({ name: "sending", fix: "Resume sending." });
    expect(item()).toMatchObject({ state: "failed", fault: "cancelled" });
  });

  it.each([
    [new Fault("policy_hourly_cap", "20 sends this hour are enough"), "later"],
    [new Fault("sender_unavailable", "nothing can be sent from a copy"), "Run Bellhop on a Mac"],
    [new Fault("service_unavailable", "no account"), MAC],
  ])("refused with %s: says why", async (refusal, fix) => {
    const { run, world } = stage();
    world.refusal = refusal;
    const step = failedStep(await run());
    expect(step).toMatchObject({ name: "sending", fix: expect.stringContaining(fix) });
    expect(step.sentence).toBe(`Not sent: ${refusal.message}.`);
  });

  it("because Bellhop itself came to grief: is not thrown, and the log knows more", async () => {
    const { run, world, complaints } = stage();
    world.refusal = new TypeError("secret of ours");
    const step = failedStep(await run());
    expect(step.name).toBe("sending");
    expect(step.sentence).not.toContain("secret");
    expect(complaints).toEqual([world.refusal]);
  });

  it("with what Messages says, and the pane where that mends it", async () => {
    const { begin, pass, move } = stage();
    const { result } = await begin();
    move({ state: "failed", fault: "automation_denied", reason: "macOS says no" });
    await pass(10);
    expect(failedStep(await result)).toMatchObject({ name: "sending", pane: PANES.automation });
  });

  it("because it waits behind others for a minute: is taken back", async () => {
    const { begin, pass, item } = stage();
    const { result } = await begin();
    await pass(60_000);
    const step = failedStep(await result);
    expect(step).toMatchObject({ name: "sending", tookMs: 60_000 });
    expect(step.sentence).toContain("was taken back");
    expect(item()).toMatchObject({ state: "failed", fault: "cancelled" });
  });
});

describe("a message of which nobody knows whether it left", () => {
  it("says that Messages has not answered, and is not taken back", async () => {
    const { begin, pass, dispatch, world, item } = stage();
    world.outcome = { outcome: "uncertain", code: -1712, reason: "it took too long" };
    const { result } = await begin();
    await dispatch();
    await pass(60_000);
    const step = failedStep(await result);
    expect(step.sentence).toBe(
      "Messages has not answered; whether it was sent is not known: it took too long.",
    );
    expect(item()?.state).toBe("dispatching");
  });

  it("says that no row came where Messages has taken it", async () => {
    const { begin, pass, dispatch, move } = stage();
    const { result } = await begin();
    await dispatch();
    await pass(30_000);
    move({ state: "unknown" });
    await pass(10);
    expect(failedStep(await result)).toMatchObject({ name: "row", tookMs: 30_010 });
  });
});

describe("a row that says that it failed", () => {
  it.each([
    ["at once", true],
    ["later", false],
  ])("%s: gives Messages' reason", async (_when, isAtOnce) => {
    const { begin, pass, dispatch, row } = stage();
    const { result } = await begin();
    await dispatch();
    const why = {
      state: "failed",
      fault: "messages_error",
      reason: "it is not registered with iMessage",
    } as const;
    if (!isAtOnce) {
      row();
      await pass(10);
    }
    row(why);
    await pass(10);
    const step = failedStep(await result);
    expect(step).toMatchObject({ name: isAtOnce ? "row" : "event", fix: expect.stringContaining(MAC) });
    expect(step.sentence).toBe("Not sent: it is not registered with iMessage.");
  });

  it("is told apart from an event that never comes", async () => {
    const { begin, pass, dispatch, row } = stage();
    const { result } = await begin();
    await dispatch();
    row({ state: "sent" });
    await pass(60_000);
    expect(failedStep(await result)).toMatchObject({
      name: "event",
      sentence: "Its row says that it was sent, but no event has come.",
    });
  });
});

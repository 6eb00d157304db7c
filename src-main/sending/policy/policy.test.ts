import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { Fault } from "../../../src-shared/faults.ts";
import { Settings } from "../../../src-shared/settings.ts";
import { keepChatDb } from "../../apple-messages/chat-db.ts";
import { createGroup, linkConversations, receiveMessage } from "../../simulator/message-store.ts";
import { fakeMessagesApp, notLeft, timedOut } from "../../testing/fake-messages-app.ts";
import { ownDatabase } from "../../testing/own-database.ts";
import { sendingOutbox, stagedSending } from "../../testing/sending-outbox.ts";
import { MAYA, simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import type { OutboxItem } from "../outbox/outbox-item.ts";
import type { Permission } from "../outbox/queue.ts";
import { scriptedOutbox } from "../testing/scripted-outbox.ts";
import { settableClock } from "../testing/settable-clock.ts";
import { openPolicy, type PolicyKind } from "./policy.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STRANGER = "+15550199";

/** A policy over a chat.db and an outbox that nothing leaves; settings change under it. */
function stage(values: Partial<Settings> = {}) {
  const folder = temporaryFolder();
  const clock = settableClock();
  const messages = simulatedMessages(folder, { clock });
  const chatDb = keepChatDb(messages.path, clock);
  onTestFinished(() => chatDb.close());
  let settings = Settings.parse(values);
  const { database } = ownDatabase(folder);
  const outbox = scriptedOutbox(database, clock);
  let country: string | null = "1";
  const callingCode = () => country;
  const open = () => openPolicy({ settings: () => settings, chatDb, outbox, callingCode, clock });
  let policy = open();
  const refusal = (chat: string, kind: PolicyKind = "send", isExempt = false): Fault | null => {
    try {
      policy.check({ chat, isExempt }, kind);
      return null;
    } catch (thrown) {
      if (thrown instanceof Fault) return thrown;
      throw thrown;
    }
  };
  return {
    clock,
    messages,
    outbox,
    refusal,
    codeOf: (...about: Parameters<typeof refusal>) => refusal(...about)?.code ?? null,
    left: (chat: string) => policy.left(chat),
    mayGo: (id: string, about: Partial<OutboxItem> = {}): Permission => {
      const item = outbox.get(id);
      if (item === null) throw new Error(`there is no item ${id}`);
      return policy.mayGo({ ...item, ...about });
    },
    /** The country of this Mac's lines. */
    linesIn: (code: string | null) => {
      country = code;
    },
    isDryRun: () => policy.isDryRun(),
    change: (changed: Partial<Settings>) => {
      settings = { ...settings, ...changed };
    },
    restart: () => {
      policy = open();
    },
    /** Begins anew: other settings, and nothing sent yet. */
    reset: (values: Partial<Settings>) => {
      database.exec("DELETE FROM outbox_item");
      settings = Settings.parse(values);
      policy = open();
    },
    accept: (chat: string, isDryRun = false) =>
      outbox.accept({
        chat,
        service: null,
        replyTo: null,
        isDryRun,
        isExempt: false,
        parts: [{ kind: "text", content: "hi", name: null, sizeBytes: 2 }],
      }),
  };
}

describe("the sending policy", () => {
  it("allows everything by default, to whomever", () => {
    const { codeOf, left, accept } = stage();
    for (let sends = 0; sends < 50; sends += 1) accept(`any;-;${STRANGER}`);
    expect(codeOf(`any;-;${STRANGER}`)).toBeNull();
    expect(codeOf("any;+;chat1", "action")).toBeNull();
    expect(left(`any;-;${STRANGER}`)).toEqual({ hour: null, recipient: null });
  });

  it.each([
    [{ sendingPausedAt: 1 }, "action", "policy_paused", /sendingPausedAt in config\.json/],
    [{ mayWriteTo: "listed" }, "send", "policy_allow_list", /\+15550199.*mayWriteToListed in config\.json/],
    [{ mayWriteTo: "listed" }, "action", "policy_allow_list", /\+15550199.*mayWriteToListed in config\.json/],
    [{ mayWriteTo: "wrote_first" }, "send", "policy_contact_first", /\+15550199.*mayWriteTo in config\.json/],
    [
      { mayWriteTo: "wrote_first" },
      "action",
      "policy_contact_first",
      /\+15550199.*mayWriteTo in config\.json/,
    ],
    [{ sendsPerHour: 2 }, "send", "policy_hourly_cap", /2 an hour.*everybody.*sendsPerHour in config\.json/],
    [
      { sendsPerHourToOne: 2 },
      "send",
      "policy_recipient_cap",
      /2 an hour.*\+15550199.*sendsPerHourToOne in config\.json/,
    ],
  ] as const)("refuses for %j a %s with %s, and says what to change", (values, kind, code, sentence) => {
    const { refusal, accept } = stage(values);
    accept(`any;-;${STRANGER}`);
    accept(`any;-;${STRANGER}`);
    const fault = refusal(`any;-;${STRANGER}`, kind);
    expect(fault).toMatchObject({ code, status: 403 });
    expect(fault?.message).toMatch(sentence);
  });

  it.each([
    [{ sendingPausedAt: 1 }, "send"],
    [{ sendsPerHour: 1 }, "action"],
    [{ sendsPerHourToOne: 1 }, "action"],
  ] as const)("does not hold up for %j a %s", (values, kind) => {
    const { codeOf, accept } = stage(values);
    accept(`any;-;${STRANGER}`);
    expect(codeOf(`any;-;${STRANGER}`, kind)).toBeNull();
  });

  it("goes by the settings as they are at that moment", () => {
    const { codeOf, change, isDryRun } = stage();
    expect(codeOf(`any;-;${STRANGER}`)).toBeNull();
    change({ mayWriteTo: "listed", mayWriteToListed: ["+15550100"] });
    expect(codeOf(`any;-;${STRANGER}`)).toBe("policy_allow_list");
    change({ mayWriteToListed: ["+1 (555) 0199"] });
    expect(codeOf(`any;-;${STRANGER}`)).toBeNull();
    expect(isDryRun()).toBe(false);
    change({ dryRun: true });
    expect(isDryRun()).toBe(true);
  });

  it("exempts a self-test from who may be written to, not from caps", () => {
    const { codeOf, change, accept } = stage({ mayWriteTo: "listed" });
    expect(codeOf(`any;-;${STRANGER}`, "send", true)).toBeNull();
    change({ mayWriteTo: "wrote_first", sendsPerHour: 1 });
    expect(codeOf(`any;-;${STRANGER}`, "send", true)).toBeNull();
    accept(`any;-;${STRANGER}`);
    expect(codeOf(`any;-;${STRANGER}`, "send", true)).toBe("policy_hourly_cap");
  });
});

describe("writing first", () => {
  it("is seen in any spelling of the conversation, and as soon as it happens", () => {
    const { messages, codeOf } = stage({ mayWriteTo: "wrote_first" });
    messages.send("hello?", { to: MAYA });
    expect(codeOf(`any;-;${MAYA}`)).toBe("policy_contact_first");
    messages.receive("hello!", { from: MAYA });
    for (const chat of [`any;-;${MAYA}`, `iMessage;-;${MAYA}`, `SMS;-;${MAYA}`])
      expect(codeOf(chat)).toBeNull();
  });

  it("is seen where the number is given as it is dialled within the country", () => {
    const { messages, codeOf } = stage({ mayWriteTo: "wrote_first" });
    messages.receive("hello", { from: "+15551234567" });
    expect(codeOf("iMessage;-;5551234567")).toBeNull();
    expect(codeOf("iMessage;-;5551234568")).toBe("policy_contact_first");
  });

  it("is not done by whoever has the same number in another country", () => {
    const { messages, codeOf, refusal, linesIn } = stage({ mayWriteTo: "wrote_first" });
    messages.receive("hi from London", { from: "+447911123456" });
    const stranger = "iMessage;-;7911123456";
    // In the United States this is +1 791 112 3456.
    expect(codeOf(stranger)).toBe("policy_contact_first");
    linesIn(null);
    expect(refusal(stranger)?.message).toMatch(/; or give the number with its country \(\+…\)$/);
    linesIn("44");
    expect(codeOf(stranger)).toBeNull();
    expect([codeOf("any;-;1123456"), codeOf("any;-;23456")]).toEqual(Array(2).fill("policy_contact_first"));
  });

  it("in a group is done by anybody there; of a person also in a group", () => {
    const { messages, codeOf } = stage({ mayWriteTo: "wrote_first" });
    const group = createGroup(messages.store, { name: "Boats", addresses: [MAYA, STRANGER] });
    messages.receive("just between us", { from: MAYA });
    expect(codeOf(group.guid)).toBe("policy_contact_first");
    receiveMessage(messages.store, { chat: group, from: STRANGER, text: "hello all" });
    expect(codeOf(group.guid)).toBeNull();
    expect(codeOf(`any;-;${STRANGER}`)).toBeNull();
    expect(codeOf("any;+;chat-that-is-not-there")).toBe("policy_contact_first");
  });
});

describe("the caps", () => {
  it("count down, and say when the next send may go", () => {
    const { refusal, left, accept, clock } = stage({ sendsPerHour: 3, sendsPerHourToOne: 2 });
    expect(left(`any;-;${MAYA}`)).toEqual({ hour: 3, recipient: 2 });
    accept(`any;-;${MAYA}`);
    clock.pass(10 * MINUTE);
    accept(`SMS;-;${MAYA}`);
    expect(left(`iMessage;-;${MAYA}`)).toEqual({ hour: 1, recipient: 0 });
    expect(left(`any;-;${STRANGER}`)).toEqual({ hour: 1, recipient: 2 });
    expect(refusal(`any;-;${MAYA}`)).toMatchObject({ code: "policy_recipient_cap", retryAfter: 50 * 60 + 1 });
    expect(refusal(`any;-;${STRANGER}`)).toBeNull();
    clock.pass(50 * MINUTE + 1_001);
    expect(refusal(`any;-;${MAYA}`)).toBeNull();
  });

  it("name the one that holds longer", () => {
    const { refusal, accept, clock } = stage({ sendsPerHour: 2, sendsPerHourToOne: 1 });
    accept(`any;-;${STRANGER}`);
    clock.pass(10 * MINUTE);
    accept(`any;-;${MAYA}`);
    expect(refusal(`any;-;${STRANGER}`)?.code).toMatch(/^policy_/);
    expect(refusal(`any;-;${MAYA}`)).toMatchObject({ code: "policy_recipient_cap", retryAfter: 3_601 });
  });

  it("do not count dry runs", () => {
    const { codeOf, accept } = stage({ sendsPerHour: 1 });
    accept(`any;-;${MAYA}`, true);
    expect(codeOf(`any;-;${MAYA}`)).toBeNull();
  });

  it("give a place back that was taken by what surely did not leave", async () => {
    const { folder, time, messages } = stagedSending();
    const app = fakeMessagesApp(
      () => notLeft(-1743),
      () => timedOut,
    );
    const { outbox, text } = sendingOutbox(app, { folder, time, messages });
    const chatDb = keepChatDb(messages.path, time.clock);
    onTestFinished(() => chatDb.close());
    const settings = () => Settings.parse({ sendsPerHour: 1, sendsPerHourToOne: 1 });
    const policy = openPolicy({ settings, chatDb, outbox, callingCode: () => null, clock: time.clock });
    await text("not allowed");
    expect(policy.left(`any;-;${MAYA}`)).toEqual({ hour: 1, recipient: 1 });
    await text("nobody knows");
    expect(policy.left(`SMS;-;${MAYA}`)).toEqual({ hour: 0, recipient: 0 });
    expect(policy.left(`any;-;${STRANGER}`)).toEqual({ hour: 0, recipient: 1 });
  });

  it("take a conversation for one, whatever the addresses it runs over", () => {
    const { messages, codeOf, accept } = stage({ sendsPerHourToOne: 1 });
    const chats = [messages.chatWith(MAYA), messages.chatWith("maya@example.com")];
    linkConversations(messages.store, { identifier: MAYA, chats });
    accept(`any;-;${MAYA}`);
    expect(codeOf("iMessage;-;maya@example.com")).toBe("policy_recipient_cap");
    expect(codeOf("iMessage;-;ida@example.com")).toBeNull();
  });

  it("are over what went before they were set, also where the clock was set since", () => {
    const { codeOf, accept, clock, change } = stage();
    expect(codeOf(`any;-;${MAYA}`)).toBeNull();
    accept(`any;-;${MAYA}`);
    clock.set(5 * HOUR);
    expect(codeOf(`any;-;${MAYA}`)).toBeNull();
    clock.set(5 * HOUR);
    change({ sendsPerHour: 1 });
    expect(codeOf(`any;-;${MAYA}`)).toBe("policy_hourly_cap");
  });

  it("hold over a restart, and for an hour at the most", () => {
    const { codeOf, accept, clock, restart } = stage({ sendsPerHour: 1 });
    accept(`any;-;${MAYA}`);
    clock.pass(MINUTE);
    clock.set(-5 * MINUTE);
    restart();
    expect(codeOf(`any;-;${MAYA}`)).toBe("policy_hourly_cap");
    clock.pass(HOUR + 6 * MINUTE);
    expect(codeOf(`any;-;${MAYA}`)).toBeNull();
  });

  const set = fc.record({ do: fc.constant("set" as const), minutes: fc.integer({ min: -200, max: 200 }) });
  const restart = fc.record({ do: fc.constant("restart" as const), minutes: fc.nat(90) });
  // A clock that is set while nothing runs is seen by nobody: so either, not both.
  it.each([
    ["however the clock is set", set],
    ["whenever it restarts", restart],
  ])("are kept in every hour, %s", (_, trouble) => {
    const { codeOf, accept, clock, reset, restart } = stage();
    const send = fc.record({ do: fc.constant("send" as const), minutes: fc.nat(12), to: fc.nat(2) });
    const steps = fc.array(fc.oneof({ weight: 10, arbitrary: send }, { weight: 1, arbitrary: trouble }), {
      maxLength: 80,
    });
    const cap = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(cap, cap, steps, (all, one, steps) => {
        reset({ sendsPerHour: all, sendsPerHourToOne: one });
        const accepted: { at: number; to: number }[] = [];
        for (const step of steps) {
          if (step.do === "set") clock.set(step.minutes * MINUTE);
          else clock.pass(step.minutes * MINUTE);
          if (step.do === "restart") restart();
          if (step.do !== "send") continue;
          const chat = `any;-;+1555010${step.to}`;
          if (codeOf(chat) !== null) continue;
          accept(chat);
          accepted.push({ at: clock.monotonic(), to: step.to });
          const last = accepted.filter(({ at }) => at > clock.monotonic() - HOUR);
          expect(last.length).toBeLessThanOrEqual(all);
          expect(last.filter(({ to }) => to === step.to).length).toBeLessThanOrEqual(one);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("refuse nobody for longer than an hour after the latest time that the clock has shown", () => {
    const { codeOf, accept, clock, reset } = stage();
    const minutes = fc.record({ pass: fc.nat(40), set: fc.integer({ min: -200, max: 200 }) });
    fc.assert(
      fc.property(fc.array(minutes, { maxLength: 20 }), (steps) => {
        reset({ sendsPerHour: 1 });
        let latest = clock.now();
        for (const { pass, set } of steps) {
          clock.pass(pass * MINUTE);
          clock.set(set * MINUTE);
          latest = Math.max(latest, clock.now());
          if (codeOf(`any;-;${MAYA}`) === null) accept(`any;-;${MAYA}`);
        }
        while (clock.now() <= latest + HOUR + MINUTE) clock.pass(MINUTE);
        expect(codeOf(`any;-;${MAYA}`)).toBeNull();
      }),
      { numRuns: 100 },
    );
  });
});

describe("what was accepted, when its turn comes,", () => {
  it("goes", () => {
    const { accept, mayGo } = stage({ sendsPerHour: 1, mayWriteTo: "listed", mayWriteToListed: [MAYA] });
    expect(mayGo(accept(`any;-;${MAYA}`))).toEqual({ go: true });
  });

  it.each([
    [{ mayWriteTo: "listed" }, "policy_allow_list"],
    [{ mayWriteTo: "wrote_first" }, "policy_contact_first"],
  ] as const)("does not go where it would be refused by now: %j", (values, code) => {
    const { accept, mayGo, change } = stage();
    const id = accept(`any;-;${MAYA}`);
    change(values);
    expect(mayGo(id)).toMatchObject({ refused: { code } });
    expect(mayGo(id, { isDryRun: true })).toMatchObject({ refused: { code } });
    expect(mayGo(id, { isExempt: true })).toEqual({ go: true });
  });

  it("is only tried out where the owner wants no send to leave by now", () => {
    const { accept, mayGo, change } = stage();
    const id = accept(`any;-;${MAYA}`);
    change({ dryRun: true });
    expect(mayGo(id)).toEqual({ go: "dry run" });
    expect(mayGo(id, { isExempt: true })).toEqual({ go: true });
    change({ dryRun: false });
    expect(mayGo(id, { isDryRun: true })).toEqual({ go: "dry run" });
  });

  it.each([
    [{ sendsPerHour: 1 }, STRANGER],
    [{ sendsPerHourToOne: 1 }, MAYA],
  ])("waits for a place under %j, a minute at a time", (values, to) => {
    const { accept, mayGo, change, clock, outbox } = stage();
    outbox.gives(accept(`any;-;${MAYA}`));
    change(values);
    clock.pass(20 * MINUTE);
    const id = accept(`any;-;${to}`);
    expect(mayGo(id)).toEqual({ notBefore: MINUTE });
    expect(mayGo(id, { isExempt: true })).toEqual({ notBefore: MINUTE });
    expect(mayGo(id, { isDryRun: true })).toEqual({ go: "dry run" });
    clock.pass(40 * MINUTE);
    expect(mayGo(id)).toEqual({ notBefore: 1_000 });
    clock.pass(1_001);
    expect(mayGo(id)).toEqual({ go: true });
  });

  it("has its place where something of it was given to Messages within the hour, not where that was refused", () => {
    const { accept, mayGo, clock, outbox } = stage({ sendsPerHour: 1 });
    const id = accept(`any;-;${MAYA}`);
    const parts = outbox.get(id)?.parts ?? [];
    outbox.gives(id);
    const given = (mayHaveLeft: boolean): Partial<OutboxItem> => {
      const dispatchedAt = clock.now() - 30 * MINUTE;
      return { parts: parts.map((part) => ({ ...part, mayHaveLeft, dispatchedAt })) };
    };
    const [atHand, refused] = [given(true), given(false)];
    expect(mayGo(id, atHand)).toEqual({ go: true });
    expect(mayGo(id, refused)).toEqual({ notBefore: MINUTE });
    clock.pass(31 * MINUTE);
    expect(mayGo(id, atHand)).toEqual({ notBefore: MINUTE });
  });

  it("goes as the caps allow, though it was accepted over hours while sending was paused", async () => {
    const { folder, time, messages, rowFor } = stagedSending();
    const chatDb = keepChatDb(messages.path, time.clock);
    onTestFinished(() => chatDb.close());
    const settings = () => Settings.parse({ sendsPerHour: 2 });
    const app = fakeMessagesApp(rowFor);
    const on = { folder, time, messages, paused: true, mayGo: (item: OutboxItem) => policy.mayGo(item) };
    const { outbox, text, pause, pass } = sendingOutbox(app, on);
    const policy = openPolicy({ settings, chatDb, outbox, callingCode: () => null, clock: time.clock });
    for (let hour = 0; hour < 3; hour += 1) {
      for (let count = 0; count < 2; count += 1) {
        policy.check({ chat: `any;-;${MAYA}` }, "send");
        await text(`${hour}/${count}`);
      }
      time.advance(HOUR + 10_000);
    }
    await pause(false);
    await pass(MINUTE);
    expect(app.contents()).toEqual(["0/0", "0/1"]);
    await pass(HOUR + 2 * MINUTE);
    expect(app.contents()).toEqual(["0/0", "0/1", "1/0", "1/1"]);
  });

  it("keeps the caps in every hour, however much was accepted while sending was paused", () => {
    const { accept, mayGo, clock, outbox, reset } = stage();
    const cap = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(cap, cap, fc.array(fc.nat(2), { maxLength: 30 }), fc.nat(90), (all, one, order, pause) => {
        clock.pass(2 * HOUR);
        reset({ sendsPerHour: all, sendsPerHourToOne: one });
        const waiting = order.map((to) => ({ to, id: accept(`any;-;+1555010${to}`) }));
        clock.pass(pause * MINUTE);
        const given: { at: number; to: number }[] = [];
        for (let asked = 0; waiting.length > 0; asked += 1) {
          expect(asked).toBeLessThan(30 * 31 * 70);
          const rests: number[] = [];
          for (const one of [...waiting]) {
            const may = mayGo(one.id);
            if ("notBefore" in may) rests.push(may.notBefore);
            if (!("go" in may)) continue;
            outbox.gives(one.id);
            given.push({ at: clock.monotonic(), to: one.to });
            waiting.splice(waiting.indexOf(one), 1);
          }
          const last = given.filter(({ at }) => at > clock.monotonic() - HOUR);
          expect(last.length).toBeLessThanOrEqual(all);
          for (const to of [0, 1, 2]) {
            expect(last.filter((send) => send.to === to).length).toBeLessThanOrEqual(one);
          }
          clock.pass(Math.min(HOUR, ...rests));
        }
      }),
      { numRuns: 30 },
    );
  });
});

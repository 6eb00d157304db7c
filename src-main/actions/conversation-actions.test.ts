import { describe, expect, it } from "vitest";
import {
  createGroup,
  ensureDirect,
  findMessage,
  markRead,
  receiveMessage,
  sendMessage,
} from "../simulator/message-store.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { idle, obliging, refusal, stagedActions } from "./testing/staged-actions.ts";

describe("marking as read", () => {
  it("is confirmed once what came in is read, by any spelling of the conversation", async () => {
    const { actions, messages, asked, during } = stagedActions();
    messages.receive("one");
    messages.receive("two");
    expect(await during(actions.read(`iMessage;-;${MAYA}`))).toEqual({
      outcome: "confirmed",
      sentence: "the conversation is read",
    });
    const thread = { guid: `any;-;${MAYA}`, address: MAYA, titles: [MAYA] };
    expect(asked).toEqual([{ do: "read", thread }]);
    expect(await during(actions.read(`any;-;${MAYA}`))).toMatchObject({ outcome: "already so" });
    expect(asked).toHaveLength(1);
  });

  it("leaves alone what holds nothing unread", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const { guid } = messages.receive("one");
    markRead(messages.store, findMessage(messages.store, guid));
    messages.send("mine");
    expect(await during(actions.read(`any;-;${MAYA}`))).toMatchObject({ outcome: "already so" });
    expect(asked).toEqual([]);
  });

  it("is confirmed of messages so old that no event tells of them", async () => {
    const { actions, messages, during } = stagedActions();
    messages.receive("unread for a year", { at: Date.UTC(2025, 0, 1) });
    expect(await during(actions.read(`any;-;${MAYA}`))).toMatchObject({ outcome: "confirmed" });
  });

  it("is not taken for done because the other side reads what one wrote", async () => {
    const { actions, messages, during, pass, play } = stagedActions();
    messages.receive("unread");
    const mine = messages.send("mine");
    play(idle);
    const work = actions.read(`any;-;${MAYA}`);
    await pass(100);
    markRead(messages.store, findMessage(messages.store, mine.guid));
    expect(await during(work)).toMatchObject({ outcome: "not confirmed" });
  });

  it("is confirmed although somebody wrote meanwhile", async () => {
    const { actions, messages, during, play } = stagedActions();
    messages.receive("unread");
    play((action, store) => {
      const end = obliging(action, store);
      messages.receive("and another thing");
      return end;
    });
    expect(await during(actions.read(`any;-;${MAYA}`))).toMatchObject({ outcome: "confirmed" });
    expect(await during(actions.read(`any;-;${MAYA}`))).toMatchObject({ outcome: "confirmed" });
  });

  it("knows a group by its name", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const { store } = messages;
    const group = createGroup(store, { name: "Pizza", addresses: [MAYA, "+15550112"] });
    receiveMessage(store, { chat: group, from: MAYA, text: "x" });
    expect(await during(actions.read(group.guid))).toMatchObject({ outcome: "confirmed" });
    const titles = ["Pizza", `${MAYA}, +15550112`];
    expect(asked).toEqual([{ do: "read", thread: { guid: group.guid, address: null, titles } }]);
    expect(await refusal(actions.read("any;+;chat404"))).toMatchObject({ code: "not_found" });
  });
});

describe("typing", () => {
  it("leaves no trace by which it could be confirmed", async () => {
    const { actions, messages, asked, during } = stagedActions();
    messages.receive("hi");
    for (const isTyping of [true, false]) {
      expect(await during(actions.typing(`any;-;${MAYA}`, isTyping))).toMatchObject({
        outcome: "unconfirmable",
      });
    }
    expect(asked.map((action) => action.do === "typing" && action.isTyping)).toEqual([true, false]);
  });

  it("that nobody ends is ended after a minute, and tried again where Messages was busy", async () => {
    const { actions, messages, asked, during, pass, play } = stagedActions();
    messages.receive("hi");
    await during(actions.typing(`any;-;${MAYA}`, true));
    await pass(30_000);
    await during(actions.typing(`iMessage;-;${MAYA}`, true));
    await pass(59_000);
    const said = () => asked.map((action) => action.do === "typing" && action.isTyping);
    expect(said()).toEqual([true, true]);
    play(() => ({ outcome: "not left", code: -1712, reason: "busy" }));
    await pass(2_000);
    play(obliging);
    await pass(6_000);
    expect(said()).toEqual([true, true, false, false]);
    await pass(120_000);
    expect(said()).toHaveLength(4);
  });

  it("that was ended is left alone", async () => {
    const { actions, messages, asked, during, pass } = stagedActions();
    messages.receive("hi");
    await during(actions.typing(`any;-;${MAYA}`, true));
    await during(actions.typing(`any;-;${MAYA}`, false));
    await pass(120_000);
    expect(asked).toHaveLength(2);
  });

  it("that was begun is ended although sending was paused meanwhile, is refused, or is a dry run by now", async () => {
    const { actions, messages, asked, during, pass, rules } = stagedActions();
    messages.receive("hi");
    const chat = `any;-;${MAYA}`;
    const said = () => asked.map((action) => action.do === "typing" && action.isTyping);
    await during(actions.typing(chat, true));
    rules.refused = chat;
    rules.isDryRun = true;
    await pass(61_000);
    expect(said()).toEqual([true, false]);
    // What was not begun is not touched.
    expect(await refusal(actions.typing(chat, false))).toMatchObject({ code: "policy_allow_list" });
    Object.assign(rules, { refused: null, isDryRun: false });
    await during(actions.typing(chat, true));
    Object.assign(rules, { refused: chat, isDryRun: true });
    expect(await during(actions.typing(chat, false))).toMatchObject({ outcome: "unconfirmable" });
    expect(await refusal(actions.typing(chat, false))).toMatchObject({ code: "policy_allow_list" });
    await pass(120_000);
    expect(said()).toEqual([true, false, true, false]);
  });

  it("is shown to one person, by iMessage", async () => {
    const { actions, messages } = stagedActions();
    const group = createGroup(messages.store, { name: null, addresses: [MAYA, "+15550112"] });
    const sms = ensureDirect(messages.store, "+15550113", "SMS");
    receiveMessage(messages.store, { chat: sms, from: "+15550113", text: "by SMS", service: "SMS" });
    for (const { guid } of [group, sms]) {
      expect(await refusal(actions.typing(guid, true))).toMatchObject({ code: "conflict" });
    }
    expect(await refusal(actions.typing("any;-;+15550199", true))).toMatchObject({ code: "not_found" });
  });

  it("goes by the service of what was said last", async () => {
    const { actions, messages, during } = stagedActions();
    const chat = messages.chatWith(MAYA);
    messages.receive("by iMessage");
    sendMessage(messages.store, { chat, text: "by SMS", service: "SMS", state: "sent" });
    expect(await refusal(actions.typing(chat.guid, true))).toMatchObject({ code: "conflict" });
    messages.receive("by iMessage again", { at: messages.store.clock.now() + 1 });
    expect(await during(actions.typing(chat.guid, true))).toMatchObject({ outcome: "unconfirmable" });
  });
});

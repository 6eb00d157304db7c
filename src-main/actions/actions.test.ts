import { describe, expect, it } from "vitest";
import { react, removeReaction } from "../simulator/message-store.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { idle, love, obliging, refusal, stagedActions } from "./testing/staged-actions.ts";

describe("what Messages does not do", () => {
  it("is not confirmed after five seconds, and not tried again", async () => {
    const { actions, messages, asked, during, play, time } = stagedActions();
    const { guid } = messages.receive("dinner?");
    play(idle);
    const begun = time.clock.monotonic();
    expect(await during(actions.react(love(guid)))).toEqual({
      outcome: "not confirmed",
      sentence: "Messages was asked, but chat.db did not show it within 5 seconds; it is not tried again",
    });
    expect(time.clock.monotonic() - begun).toBe(5_000);
    expect(asked).toHaveLength(1);
  });

  it("is awaited where it may have been done, and confirmed when its row comes late", async () => {
    const { actions, messages, during, pass, play } = stagedActions();
    const { guid } = messages.receive("dinner?");
    play(() => ({ outcome: "uncertain", code: -1712, reason: "it took too long" }));
    const work = actions.react(love(guid));
    await pass(4_000);
    react(messages.store, { target: guid, by: "me", kind: "love" });
    expect(await during(work)).toMatchObject({ outcome: "confirmed" });
    expect(await during(actions.react(love(guid, true)))).toMatchObject({
      outcome: "not confirmed",
      sentence: expect.stringContaining("it took too long"),
    });
  });

  it("is confirmed by its event also where it was undone at once", async () => {
    const { actions, messages, during, pass, play } = stagedActions();
    const { guid } = messages.receive("dinner?");
    play(idle);
    const work = actions.react(love(guid));
    await pass(100);
    react(messages.store, { target: guid, by: "me", kind: "love" });
    await pass(50);
    removeReaction(messages.store, { target: guid, by: "me", kind: "love" });
    expect(await during(work)).toMatchObject({ outcome: "confirmed" });
  });

  it("is not taken for done because somebody else did the same, or the same happened elsewhere", async () => {
    const { actions, messages, during, play } = stagedActions();
    const [{ guid }, other] = [messages.receive("dinner?"), messages.receive("at eight")];
    play((_, store) => {
      react(store, { target: guid, by: { address: MAYA }, kind: "love" });
      react(store, { target: guid, by: "me", kind: "like" });
      react(store, { target: other.guid, by: "me", kind: "love" });
      return { outcome: "taken" };
    });
    expect(await during(actions.react(love(guid)))).toMatchObject({ outcome: "not confirmed" });
  });

  it.each([
    [-25211, "accessibility_denied"],
    [-1743, "automation_denied"],
    [-1728, "target_not_found"],
    [-1719, "target_not_found"],
    [-600, "messages_not_running"],
    [null, "send_failed"],
  ])("is told at once where it surely was not done, and may be asked again: %s", async (code, fault) => {
    const { actions, messages, play, during } = stagedActions();
    const { guid } = messages.receive("dinner?");
    play(() => ({ outcome: "not left", code, reason: "no bubble" }));
    expect(await refusal(actions.react(love(guid)))).toMatchObject({ code: fault });
    play(obliging);
    expect(await during(actions.react(love(guid)))).toMatchObject({ outcome: "confirmed" });
  });
});

describe("before anything is done", () => {
  it("the capability, the policy and the dry run are asked", async () => {
    const { actions, messages, asked, rules, during } = stagedActions();
    const { guid } = messages.receive("dinner?");
    rules.lacking = "react";
    expect(await refusal(actions.react(love(guid)))).toMatchObject({ code: "feature_unavailable" });
    rules.lacking = null;
    rules.refused = `any;-;${MAYA}`;
    expect(await refusal(actions.react(love(guid)))).toMatchObject({ code: "policy_allow_list" });
    expect(await refusal(actions.read(`any;-;${MAYA}`))).toMatchObject({ code: "policy_allow_list" });
    rules.refused = null;
    rules.isDryRun = true;
    expect(await during(actions.react(love(guid)))).toMatchObject({ outcome: "dry_run" });
    expect(asked).toEqual([]);
  });

  it("chat.db must be readable: nothing else could confirm it", async () => {
    const { actions, messages, asked, chatDb } = stagedActions();
    const { guid } = messages.receive("dinner?");
    messages.sql("ALTER TABLE message RENAME COLUMN date TO then_date");
    chatDb.close();
    expect(await refusal(actions.react(love(guid)))).toMatchObject({ code: "reading_unavailable" });
    expect(asked).toEqual([]);
  });
});

describe("several at once", () => {
  it("on one message come one after the other, each as things stand by then", async () => {
    const { actions, messages, asked, during } = stagedActions();
    const { guid } = messages.receive("dinner?");
    const works = [love(guid), love(guid), love(guid, true), love(guid, true), love(guid)].map((order) =>
      actions.react(order),
    );
    const outcomes = (await during(Promise.all(works))).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["confirmed", "already so", "confirmed", "already so", "confirmed"]);
    expect(asked.map((action) => action.do === "react" && action.remove)).toEqual([false, true, false]);
  });

  it("on other messages need not wait until the first is confirmed, only for the window", async () => {
    const { actions, messages, asked, during, pass, play } = stagedActions();
    const [first, second] = [messages.receive("one"), messages.receive("two")];
    let done = (): void => {};
    const scriptEnds = new Promise<void>((resolve) => {
      done = resolve;
    });
    play(async (action, store) => {
      if (!("on" in action) || action.on.guid !== first.guid) return obliging(action, store);
      await scriptEnds;
      return { outcome: "taken" };
    });
    const slow = actions.react(love(first.guid));
    const quick = actions.react(love(second.guid));
    await pass(1_000);
    expect(asked).toHaveLength(1);
    done();
    expect(await during(quick)).toMatchObject({ outcome: "confirmed" });
    react(messages.store, { target: first.guid, by: "me", kind: "love" });
    expect(await during(slow)).toMatchObject({ outcome: "confirmed" });
  });

  it("beyond twenty that wait are sent away", async () => {
    const { actions, messages, play, during } = stagedActions();
    let done = (): void => {};
    const scriptEnds = new Promise<void>((resolve) => {
      done = resolve;
    });
    play(async (action, store) => {
      await scriptEnds;
      return obliging(action, store);
    });
    const guids = Array.from({ length: 22 }, (_, index) => messages.receive(`no. ${index}`).guid);
    const works = guids.slice(0, 21).map((guid) => actions.react(love(guid)));
    expect(await refusal(actions.react(love(guids[21] ?? "")))).toMatchObject({ code: "busy" });
    done();
    const reports = await during(Promise.all(works));
    expect(reports.every(({ outcome }) => outcome === "confirmed")).toBe(true);
    expect(await during(actions.react(love(guids[21] ?? "")))).toMatchObject({ outcome: "confirmed" });
  });

  it("are judged again when it is their turn: a pause by then stops them", async () => {
    const { actions, messages, asked, play, rules, during, pass } = stagedActions();
    const [first, second] = [messages.receive("one"), messages.receive("two")];
    play(async (action, store) => {
      rules.refused = `any;-;${MAYA}`;
      return obliging(action, store);
    });
    const works = [actions.react(love(first.guid)), refusal(actions.react(love(second.guid)))] as const;
    await pass(100);
    expect(await during(Promise.all(works))).toMatchObject([
      { outcome: "confirmed" },
      { code: "policy_allow_list" },
    ]);
    expect(asked).toHaveLength(1);
  });
});

describe("a stop", () => {
  it("sends away what waits, says of what is under way that nobody knows, and begins nothing more", async () => {
    const { actions, messages, asked, play, during, pass } = stagedActions();
    const { guid } = messages.receive("dinner?");
    play(idle);
    const under = actions.react(love(guid));
    const waiting = refusal(actions.react(love(guid)));
    await pass(1_000);
    await during(actions.stop());
    expect(await under).toMatchObject({
      outcome: "not confirmed",
      sentence: expect.stringContaining("Bellhop stopped"),
    });
    expect(await waiting).toMatchObject({ code: "shutting_down" });
    expect(await refusal(actions.react(love(guid)))).toMatchObject({ code: "shutting_down" });
    expect(asked).toHaveLength(1);
  });

  it("does not wait for ever for a script", async () => {
    const { actions, messages, play, during, time, pass } = stagedActions();
    const { guid } = messages.receive("dinner?");
    play(() => new Promise(() => {}));
    void actions.react(love(guid));
    await pass(100);
    const begun = time.clock.monotonic();
    await during(actions.stop());
    expect(time.clock.monotonic() - begun).toBe(2_500);
  });
});

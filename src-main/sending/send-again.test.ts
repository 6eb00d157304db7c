import { describe, expect, it } from "vitest";
import { settle } from "../testing/until.ts";
import { sent, unsent } from "./testing/scripted-outbox.ts";
import { FILE, stagedSends } from "./testing/staged-sends.ts";

describe("the same send again under the same key", () => {
  const keyed = { idempotencyKey: "k" };

  it("is answered by what was sent, and not sent", async () => {
    const { send, outbox, fault } = stagedSends();
    const first = await send({}, keyed);
    outbox().ends(unsent("send_failed", "later"));
    expect(await send({}, keyed)).toEqual({ ...first, isReplay: true });
    expect(outbox().requests).toHaveLength(1);
    expect(await fault({ body: "other" }, keyed)).toMatchObject({
      code: "idempotency_key_reused",
      status: 422,
    });
    expect(await fault({}, { idempotencyKey: "k", by: "key_2" })).toMatchObject({ code: "send_failed" });
    expect(outbox().requests).toHaveLength(2);
  });

  it("is answered with the first fault where that does not pass, whatever the policy says by now", async () => {
    const { fault, outbox, change } = stagedSends();
    outbox().ends(unsent("target_not_found", "nobody there"));
    const first = await fault({}, keyed);
    expect(first).toMatchObject({ code: "target_not_found", outboxId: "out_1" });
    change({ mayWriteTo: "listed" });
    expect(await fault({}, keyed)).toEqual(first);
    expect([outbox().requests.length, outbox().retried]).toEqual([1, []]);
  });

  it("is answered by what has become of it since", async () => {
    const { send, outbox } = stagedSends();
    outbox().ends((item) => ({ ...item, state: "dispatching" }));
    expect(await send({}, keyed)).toMatchObject({ item: { state: "dispatching" } });
    await outbox().becomes("out_1", sent);
    expect(await send({}, keyed)).toMatchObject({ isReplay: true, item: { id: "out_1", state: "sent" } });
  });

  it.each(["messages_not_running", "target_not_found"] as const)(
    "is not sent where a person had the item tried again since, after %s",
    async (code) => {
      const { fault, send, outbox } = stagedSends();
      outbox().ends(unsent(code, "not yet"));
      expect(await fault({}, keyed)).toMatchObject({ code });
      await outbox().becomes("out_1", sent);
      expect(await send({}, keyed)).toMatchObject({ isReplay: true, item: { id: "out_1", state: "sent" } });
      expect([outbox().requests.length, outbox().retried]).toEqual([1, []]);
    },
  );

  it("has the same item tried again where nothing left and the answer was to come back later", async () => {
    const { fault, send, outbox, lefts } = stagedSends();
    outbox().ends(unsent("messages_not_running", "Messages is not running"));
    expect(await fault({}, keyed)).toMatchObject({ status: 503 });
    expect(await fault({}, keyed)).toMatchObject({ status: 503 });
    outbox().ends(sent);
    lefts.length = 0;
    expect(await send({}, keyed)).toMatchObject({ isReplay: true, item: { id: "out_1", state: "sent" } });
    expect(lefts).toHaveLength(2);
    expect([outbox().requests.length, outbox().retried]).toEqual([1, ["out_1", "out_1"]]);
  });

  it("is tried again as the policy allows by then", async () => {
    const { fault, send, outbox, change } = stagedSends();
    outbox().ends(unsent("automation_denied", "denied"));
    await fault({}, keyed);
    outbox().ends(sent);
    change({ mayWriteTo: "listed" });
    expect(await fault({}, keyed)).toMatchObject({ code: "policy_allow_list" });
    change({ mayWriteTo: "everyone" });
    expect(await send({}, keyed)).toMatchObject({ item: { id: "out_1", state: "sent" } });
  });

  it("is tried again where the rules were against it when its turn came, and are so no longer", async () => {
    const { fault, send, outbox, change } = stagedSends();
    outbox().ends(unsent("policy_allow_list", "not on the list"));
    await fault({}, keyed);
    outbox().ends(sent);
    change({ mayWriteTo: "listed" });
    expect(await fault({}, keyed)).toMatchObject({ code: "policy_allow_list" });
    expect(outbox().retried).toEqual([]);
    change({ mayWriteTo: "everyone" });
    expect(await send({}, keyed)).toMatchObject({ item: { id: "out_1", state: "sent" } });
  });

  it("is not tried again where a person took it back", async () => {
    const { fault, outbox } = stagedSends();
    outbox().ends(unsent("cancelled", "it was cancelled"));
    await fault({}, keyed);
    expect(await fault({}, keyed)).toMatchObject({ code: "cancelled", status: 409 });
    expect(outbox().retried).toEqual([]);
  });

  it("is answered by the first although the clock is wrong for a moment", async () => {
    const { send, clock, outbox } = stagedSends();
    await send({}, keyed);
    clock.set(25 * 3_600_000);
    expect(await send({}, keyed)).toMatchObject({ isReplay: true });
    expect(outbox().requests).toHaveLength(1);
  });

  it("is told to wait while the first is under way: of many at once one is sent", async () => {
    const { fault, outbox } = stagedSends();
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    outbox().ends((item) => finished.then(() => sent(item)));
    const order = { attachments: [FILE] };
    const asked = [1, 2, 3, 4].map(() => fault(order, keyed));
    await settle();
    const late = await fault(order, keyed);
    finish();
    expect(late).toMatchObject({ code: "idempotency_in_flight", retryAfter: 1 });
    const codes = (await Promise.all(asked)).map((end) => end?.code ?? "sent");
    expect(codes.sort()).toEqual([...Array(3).fill("idempotency_in_flight"), "sent"]);
    expect(outbox().requests).toHaveLength(1);
    expect(await fault(order, keyed)).toBeNull();
    expect(outbox().requests).toHaveLength(1);
  });

  it("is answered from the item after a kill, and from then on the same", async () => {
    const { send, outbox, restart } = stagedSends();
    outbox().ends(() => new Promise(() => {}));
    void send({}, keyed);
    await settle();
    expect(outbox().requests).toHaveLength(1);
    restart();
    const report = await send({}, keyed);
    expect(report).toMatchObject({ isReplay: true, item: { id: "out_1", state: "sent" } });
    expect(await send({}, keyed)).toEqual(report);
    expect(outbox().requests).toEqual([]);
  });

  it("is answered by its fault after a kill, where nothing left", async () => {
    const { send, fault, outbox, restart } = stagedSends();
    outbox().ends(() => new Promise(() => {}));
    void send({}, keyed);
    await settle();
    restart();
    outbox().ends(unsent("automation_denied", "denied"));
    expect(await fault({}, keyed)).toMatchObject({ code: "automation_denied" });
    outbox().ends(sent);
    expect(await send({}, keyed)).toMatchObject({ isReplay: true, item: { state: "sent" } });
  });
});

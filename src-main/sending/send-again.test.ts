import { describe, expect, it } from "vitest";
import { settle } from "../testing/until.ts";
import { sent, unsent } from "./testing/scripted-outbox.ts";
import { FILE, stagedSends } from "./testing/staged-sends.ts";

describe("the same send again under the same key", () => {
  const keyed = { idempotencyKey: "k" };

  it("is answered as the first was, and not sent", async () => {
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

  it("is answered with the first fault, whatever the policy says by now", async () => {
    const { fault, outbox, change } = stagedSends();
    outbox().ends(unsent("target_not_found", "nobody there"));
    const first = await fault({}, keyed);
    change({ mayWriteTo: "listed" });
    expect(await fault({}, keyed)).toEqual(first);
    expect(outbox().requests).toHaveLength(1);
  });

  it("is sent where nothing left and the answer was to come back later", async () => {
    const { fault, send, outbox } = stagedSends();
    outbox().ends(unsent("messages_not_running", "Messages is not running"));
    expect(await fault({}, keyed)).toMatchObject({ status: 503 });
    outbox().ends(sent);
    expect(await send({}, keyed)).toMatchObject({ isReplay: false, item: { state: "sent" } });
    expect(outbox().requests).toHaveLength(2);
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
    restart();
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
    expect(await send({}, keyed)).toMatchObject({ isReplay: false });
  });
});

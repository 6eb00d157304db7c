import { describe, expect, it } from "vitest";
import { MAYA } from "../testing/simulated-messages.ts";
import { FILE, stagedSends } from "./testing/staged-sends.ts";

const STRANGER = "+15550199";

describe("a send and the policy: it", () => {
  it("is asked before a file is copied, and keeps no key of what it refuses", async () => {
    const { fault, send, outbox, change, staging } = stagedSends({ mayWriteTo: "wrote_first" });
    let copied = 0;
    staging(() => {
      copied += 1;
    });
    const order = { attachments: [FILE] };
    expect(await fault(order, { idempotencyKey: "k" })).toMatchObject({ code: "policy_contact_first" });
    expect([copied, outbox().requests]).toEqual([0, []]);
    change({ mayWriteTo: "everyone" });
    expect(await send(order, { idempotencyKey: "k" })).toMatchObject({ isReplay: false });
  });

  it("does not take one who has the same number in another country for who wrote", async () => {
    const { fault, messages, outbox } = stagedSends({ mayWriteTo: "wrote_first" });
    messages.receive("hi from London", { from: "+447911123456" });
    // In the United States, where this Mac's line is, it is +1 791 112 3456.
    expect(await fault({ recipient: "7911123456" })).toMatchObject({ code: "policy_contact_first" });
    expect(await fault({ recipient: "+44 7911 123456" })).toBeNull();
    expect(outbox().requests.map(({ chat }) => chat)).toEqual(["any;-;+447911123456"]);
  });

  it("is asked again once the files are there: of two at once only one takes the last place", async () => {
    const { fault, outbox, copies } = stagedSends({ sendsPerHour: 1 });
    const ends = await Promise.all([1, 2, 3].map(() => fault({ attachments: [FILE] })));
    expect(ends.filter((end) => end === null)).toHaveLength(1);
    expect(ends.flatMap((end) => end?.code ?? [])).toEqual(["policy_hourly_cap", "policy_hourly_cap"]);
    expect(outbox().requests).toHaveLength(1);
    expect(copies).toHaveLength(1);
  });

  it("changes under it: what is refused meanwhile is not sent", async () => {
    const { fault, outbox, copies, change, staging } = stagedSends();
    staging(() => change({ mayWriteTo: "listed" }));
    expect(await fault({ attachments: [FILE] })).toMatchObject({ code: "policy_allow_list" });
    expect([outbox().requests, copies]).toEqual([[], []]);
  });

  it("never lets more than the cap through, of any number at once", async () => {
    const { fault, outbox } = stagedSends({ sendsPerHour: 5, sendsPerHourToOne: 3 });
    const orders = [MAYA, STRANGER, MAYA, MAYA, STRANGER, MAYA, STRANGER, MAYA].map((recipient, at) => ({
      recipient,
      attachments: at % 2 === 0 ? [FILE] : [],
    }));
    await Promise.all(orders.map((order) => fault(order)));
    const to = outbox().requests.map(({ chat }) => chat);
    expect(to).toHaveLength(5);
    expect(to.filter((chat) => chat.endsWith(MAYA)).length).toBeLessThanOrEqual(3);
  });

  it("tells what is left before and after", async () => {
    const { send, fault, lefts } = stagedSends({ sendsPerHour: 2, sendsPerHourToOne: 1 });
    await send();
    expect(lefts).toEqual([
      { hour: 2, recipient: 1 },
      { hour: 1, recipient: 0 },
    ]);
    lefts.length = 0;
    expect(await fault({})).toMatchObject({ code: "policy_recipient_cap", retryAfter: 3_601 });
    expect(lefts).toEqual([{ hour: 1, recipient: 0 }]);
  });

  it("makes dry runs of all sends but the owner's test, where it says so", async () => {
    const { send, outbox } = stagedSends({ dryRun: true, mayWriteTo: "wrote_first" });
    await send({ isDryRun: true }, { isExempt: true });
    await send({}, { isExempt: true });
    expect(outbox().requests.map(({ isDryRun }) => isDryRun)).toEqual([true, false]);
    expect(outbox().requests.map(({ isExempt }) => isExempt)).toEqual([true, true]);
  });

  it("lets sends wait in the outbox while sending is paused", async () => {
    const { send, outbox } = stagedSends({ sendingPausedAt: 1 });
    outbox().ends((item) => item);
    expect(await send()).toMatchObject({ item: { state: "queued" } });
  });
});

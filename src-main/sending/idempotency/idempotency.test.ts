import { describe, expect, it } from "vitest";
import { MAYA } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import type { SendOrder } from "../send-order.ts";
import { settableClock } from "../testing/settable-clock.ts";
import { type UsedKeys, usedKeys } from "../testing/used-keys.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const ORDER: SendOrder = {
  recipient: MAYA,
  body: "hi",
  attachments: [{ path: "/tmp/a.txt" }],
  voice: null,
  replyTo: null,
  service: null,
  isDryRun: false,
};

function stage() {
  const folder = temporaryFolder();
  const clock = settableClock();
  return { folder, clock, keys: usedKeys(folder, clock) };
}

/** Accepts an item under the key, as a send does. */
function use({ outbox, idempotency }: UsedKeys, key: string, by = "key_1"): string {
  const held = idempotency.hold(by, key, ORDER);
  expect(held.used).toBeNull();
  const parts = [{ kind: "text" as const, content: "hi", name: null, sizeBytes: 2 }];
  const id = outbox.accept(
    { chat: `any;-;${MAYA}`, service: null, replyTo: null, isDryRun: false, isExempt: false, parts },
    held.bind,
  );
  held.release();
  return id;
}

/** What the key was used for, as the next who asks with it is told. */
function usedFor({ idempotency }: UsedKeys, key: string, by = "key_1") {
  const held = idempotency.hold(by, key, ORDER);
  held.release();
  return held.used;
}

const codeOf = (hold: () => unknown): unknown => {
  try {
    hold();
    return null;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown ? thrown.code : thrown;
  }
};

describe("an idempotency key", () => {
  it.each(["a", "!", "~".repeat(255), "5f0c-…".replace("…", "x"), '{"id":"1"}'])("may be %j", (key) => {
    const { keys } = stage();
    const id = use(keys, key);
    expect(usedFor(keys, key)).toBe(id);
  });

  it.each(["", " ", "a b", "a\t", "é", "\u007f", "a\n", "x".repeat(256)])("may not be %j", (key) => {
    const { keys } = stage();
    expect(codeOf(() => keys.idempotency.hold("key_1", key, ORDER))).toBe("invalid_request");
  });

  it("belongs to whoever used it", () => {
    const { keys } = stage();
    use(keys, "k", "key_1");
    expect(usedFor(keys, "k", "key_2")).toBeNull();
    expect(usedFor(keys, "k", "key_1")).not.toBeNull();
    // Neither name may run into the other.
    expect(usedFor(keys, "1k", "key_")).toBeNull();
  });

  it.each([
    ["recipient", { recipient: "+15550112" }],
    ["body", { body: "hi " }],
    ["attachments", { attachments: [{ file: "/tmp/a.txt" }] }],
    ["number of attachments", { attachments: [] }],
    ["voice", { voice: { path: "/tmp/a.txt" } }],
    ["reply", { replyTo: "1" }],
    ["service", { service: "SMS" as const }],
    ["dry run", { isDryRun: true }],
  ])("is refused for an order with another %s", (_, other) => {
    const { keys } = stage();
    use(keys, "k");
    expect(codeOf(() => keys.idempotency.hold("key_1", "k", { ...ORDER, ...other }))).toBe(
      "idempotency_key_reused",
    );
    expect(usedFor(keys, "k")).not.toBeNull();
  });

  it("is refused while its first send is under way, and is free again when that came to nothing", () => {
    const { keys } = stage();
    const { idempotency } = keys;
    const first = idempotency.hold("key_1", "k", ORDER);
    expect(() => idempotency.hold("key_1", "k", ORDER)).toThrow(
      expect.objectContaining({ code: "idempotency_in_flight", status: 409, retryAfter: 1 }),
    );
    expect(codeOf(() => idempotency.hold("key_1", "k", { ...ORDER, body: "other" }))).toBe(
      "idempotency_key_reused",
    );
    expect(codeOf(() => idempotency.hold("key_2", "k", ORDER))).toBeNull();
    first.release();
    expect(usedFor(keys, "k")).toBeNull();
  });

  it("is kept with the item, not without it", () => {
    const { keys } = stage();
    const held = keys.idempotency.hold("key_1", "k", ORDER);
    expect(() =>
      keys.database.transaction(() => {
        held.bind("out_1");
        throw new Error("the disk is full");
      })(),
    ).toThrow("the disk is full");
    held.release();
    expect(usedFor(keys, "k")).toBeNull();
  });
});

describe("after a kill", () => {
  it("a key is known with its item, also where the send was under way", () => {
    const { folder, clock, keys } = stage();
    const ended = use(keys, "ended");
    const held = keys.idempotency.hold("key_1", "under-way", ORDER);
    const parts = [{ kind: "text" as const, content: "hi", name: null, sizeBytes: 2 }];
    const request = {
      chat: `any;-;${MAYA}`,
      service: null,
      replyTo: null,
      isDryRun: false,
      isExempt: false,
      parts,
    };
    const unanswered = keys.outbox.accept(request, held.bind);
    keys.close();
    const again = usedKeys(folder, clock);
    expect(usedFor(again, "ended")).toBe(ended);
    expect(usedFor(again, "under-way")).toBe(unanswered);
    expect(codeOf(() => again.idempotency.hold("key_1", "under-way", { ...ORDER, body: "other" }))).toBe(
      "idempotency_key_reused",
    );
  });

  it("the same order does not look the same in another file: it could be guessed", () => {
    const digestIn = (folder: string): unknown => {
      const keys = usedKeys(folder, settableClock());
      use(keys, "k");
      return keys.database.prepare("SELECT sealed_digest FROM idempotency_key").pluck().get();
    };
    expect(digestIn(temporaryFolder())).not.toEqual(digestIn(temporaryFolder()));
  });
});

describe("a key's time", () => {
  it("is 24 hours, also for a process that never looks at it", () => {
    const { folder, clock, keys } = stage();
    use(keys, "k");
    clock.pass(DAY);
    expect(usedFor(keys, "k")).not.toBeNull();
    clock.pass(1);
    expect(usedFor(keys, "k")).toBeNull();
    keys.close();
    expect(usedKeys(folder, clock).size()).toBe(0);
  });

  it.each([25 * HOUR, 15 * 365 * DAY])("does not end by a clock that is %i ms ahead for a moment", (ms) => {
    const { clock, keys } = stage();
    const id = use(keys, "k");
    clock.set(ms);
    expect(usedFor(keys, "k")).toBe(id);
    const meanwhile = use(keys, "meanwhile");
    clock.pass(30_000);
    clock.set(-ms);
    expect([usedFor(keys, "k"), usedFor(keys, "meanwhile")]).toEqual([id, meanwhile]);
    clock.pass(DAY + HOUR);
    expect([usedFor(keys, "k"), usedFor(keys, "meanwhile")]).toEqual([null, null]);
  });

  it("ends for others when a key is used, a hundred at a time", () => {
    const { clock, keys } = stage();
    for (let count = 0; count < 150; count += 1) use(keys, `k${count}`);
    clock.pass(DAY + 1);
    use(keys, "new");
    expect(keys.size()).toBe(51);
    use(keys, "newer");
    expect(keys.size()).toBe(2);
  });

  it("may be used again afterwards, for another order", () => {
    const { clock, keys } = stage();
    const first = use(keys, "k");
    clock.pass(DAY + 1);
    expect(use(keys, "k")).not.toBe(first);
  });

  it.each([
    ["when it is asked for", (keys: UsedKeys) => usedFor(keys, "k")],
    ["when another is used", (keys: UsedKeys) => use(keys, "other")],
  ])("is 24 hours from when a clock that was years ahead is put right, seen %s", (_, look) => {
    const { clock, keys } = stage();
    clock.set(15 * 365 * DAY);
    const id = use(keys, "k");
    clock.set(-15 * 365 * DAY);
    look(keys);
    clock.pass(DAY - 1);
    expect(usedFor(keys, "k")).toBe(id);
    clock.pass(2);
    expect(usedFor(keys, "k")).toBeNull();
  });

  it("is 24 hours from the next start where the clock was put right in between", () => {
    const { folder, clock, keys } = stage();
    clock.set(15 * 365 * DAY);
    use(keys, "k");
    keys.close();
    clock.set(-15 * 365 * DAY);
    usedKeys(folder, clock).close();
    clock.pass(DAY + 1);
    expect(usedKeys(folder, clock).size()).toBe(0);
  });
});

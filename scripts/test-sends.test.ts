import { describe, expect, it } from "vitest";
import type { Item } from "../e2e/sends/outbox-pages.ts";
import { type Outcome, sendChecks } from "../e2e/sends/send-checks.ts";
import { planSends, TROUBLE_NAMES, TROUBLES } from "../e2e/sends/send-plan.ts";
import type { SentRow } from "../e2e/sends/sent-rows.ts";

/** Who is written to. */
const CHAT = "+15550111";

const row = (id: number, changes: Partial<SentRow> = {}): SentRow => ({
  id,
  guid: `guid-${id}`,
  chat: CHAT,
  text: `text ${id}`,
  isSent: true,
  isDelivered: false,
  isRead: false,
  error: 0,
  ...changes,
});

/** An item of one part that has the row with the same number. */
const item = (
  number: number,
  changes: Partial<Item> = {},
  part: Partial<Item["parts"][number]> = {},
): Item => {
  const state = changes.state ?? "sent";
  return {
    id: `out-${number}`,
    revision: 2,
    conversation_id: `any;-;${CHAT}`,
    state,
    code: null,
    reason: null,
    parts: [
      {
        text: `text ${number}`,
        state,
        code: null,
        error_code: 0,
        message_guid: `guid-${number}`,
        retried_as: null,
        ...part,
      },
    ],
    ...changes,
  };
};

const told = (seq: number, one: Item): Outcome["told"][number] => ({
  seq,
  type: "outbox.updated",
  data: { ...one, parts: one.parts.map((part) => ({ ...part, text: null })) },
});

const asked = (number: number): Outcome["asked"][number] => ({
  send: { idempotencyKey: `key-${number}`, to: 0, text: `text ${number}`, waitMs: 0 },
  outboxId: `out-${number}`,
  answers: ["200"],
});

/** Two sends that went well, but for `changes`. */
function outcome(changes: Partial<Outcome> = {}): Outcome {
  const items = changes.items ?? [item(1), item(2)];
  return {
    asked: [asked(1), asked(2)],
    isTo: (_conversation, id) => id.endsWith(CHAT),
    items,
    rows: [row(1), row(2)],
    told: items.map((one, at) => told(at + 1, one)),
    toldMessages: [],
    dark: 0,
    ...changes,
  };
}

/** Names of the checks that do not hold, without the figures. */
const broken = (changes: Partial<Outcome>): string[] =>
  sendChecks(outcome(changes)).flatMap(({ name, wrong }) =>
    wrong === null ? [] : [name.replace(/ \(.*\)$/, "")],
  );

const failed = (number: number, part: Partial<Item["parts"][number]>): Item =>
  item(number, { state: "failed", code: "send_failed" }, part);

describe("what must hold after the sends", () => {
  it("holds when each has its row, failed with its row's error or is unknown for a reason", () => {
    expect(broken({})).toEqual([]);
    expect(
      broken({ items: [item(1), failed(2, { error_code: 22 })], rows: [row(1), row(2, { error: 22 })] }),
    ).toEqual([]);
    const unknown = item(2, { state: "unknown" }, { message_guid: null });
    expect(broken({ items: [item(1), unknown], rows: [row(1)], dark: 1 })).toEqual([]);
  });

  it.each<[string, string[], Partial<Outcome>]>([
    [
      "sent twice",
      ["nothing is sent twice", "every row is known as an item's"],
      { rows: [row(1), row(2), row(3, { text: "text 2" })] },
    ],
    [
      "called sent without a row",
      ["what is called sent has its own row, which says so"],
      { items: [item(1), item(2, {}, { message_guid: null })], rows: [row(1)] },
    ],
    [
      "called sent though its row is not",
      ["what is called sent has its own row, which says so"],
      { rows: [row(1), row(2, { isSent: false })] },
    ],
    [
      "behind with what was read",
      ["what is called delivered or read is, and the other way round"],
      { rows: [row(1), row(2, { isRead: true })] },
    ],
    [
      "called failed though its row is good",
      ["what failed has no row, or one with its error"],
      { items: [item(1), failed(2, {})] },
    ],
    [
      "forgotten",
      [
        "what was answered with 200 is known to the outbox, as it was asked for",
        "every row is known as an item's",
        "nothing is sent twice",
      ],
      { items: [item(1)] },
    ],
    ["still under way", ["every item has ended"], { items: [item(1), item(2, { state: "dispatching" })] }],
    [
      "unknown without a reason",
      ["nothing is unknown without a reason"],
      { items: [item(1), item(2, { state: "unknown" }, { message_guid: null })], rows: [row(1)] },
    ],
    [
      "swapped",
      ["in the order of acceptance, in every conversation"],
      { rows: [row(1, { guid: "guid-2", text: "text 2" }), row(2, { guid: "guid-1", text: "text 1" })] },
    ],
    [
      "accepted under one key twice",
      [
        "a key stands for one item",
        "what was answered with 200 is known to the outbox, as it was asked for",
        "an item that nobody was answered with surely did not leave",
      ],
      { asked: [asked(1), { ...asked(2), outboxId: "out-1" }] },
    ],
    ["never told", ["the last event of an item tells how it ended"], { told: [told(1, item(1))] }],
    [
      "told backwards",
      ["its revisions grow"],
      { told: [told(1, item(1)), told(2, item(2)), told(3, item(2))] },
    ],
    [
      "told with its text",
      ["no event tells a text"],
      { told: [told(1, item(1)), { ...told(2, item(2)), data: item(2) }] },
    ],
  ])("finds what was %s", (_what, names, changes) => {
    expect(broken(changes).sort()).toEqual([...names].sort());
  });
});

describe("the plan of a run", () => {
  const size = { seed: 7, sends: 1_000, kills: 25, conversations: 20 };

  it("is the same for the same seed, and another one for another", () => {
    expect(planSends(size)).toEqual(planSends(size));
    expect(planSends({ ...size, seed: 8 })).not.toEqual(planSends(size));
  });

  it("holds every trouble, equal texts in a row, and a key for each send", () => {
    const { calls, sends, kills } = planSends(size);
    expect(new Set(calls)).toEqual(new Set([null, ...TROUBLE_NAMES]));
    expect(new Set(sends.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1_000);
    expect(new Set(sends.map(({ text }) => text)).size).toBeLessThan(950);
    expect(kills.reduce((sum, { againAfterMs }) => sum + (againAfterMs === null ? 1 : 2), 0)).toBe(25);
  });

  it("has nothing in a short run that holds a conversation for a minute", () => {
    const { calls } = planSends({ ...size, sends: 100 });
    expect(calls.filter((name) => name !== null && TROUBLES[name].isDark)).toEqual([]);
  });
});

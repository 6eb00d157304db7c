import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge } from "./feed-state.ts";
import type { MessageRow } from "./message-queries.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const DAY = 24 * 3_600_000;

const complete: MessageRow = {
  row_id: 1,
  guid: "GUID",
  text: "hi",
  attributed_body: null,
  handle: "+15550111",
  uncanonical_handle: null,
  service: "iMessage",
  at: NOW,
  read_at: null,
  error: 0,
  is_from_me: 0,
  is_sent: 0,
  is_delivered: 1,
  item_type: 0,
  has_attachments: 0,
  balloon: null,
  associated_type: 0,
  associated_guid: null,
  associated_emoji: null,
};

const flag = fc.constantFrom(0, 1);
const rows = fc.record<Partial<MessageRow>>({
  text: fc.option(fc.string()),
  at: fc.option(fc.integer({ min: NOW - 100 * DAY, max: NOW + 100 * DAY })),
  error: fc.constantFrom(0, 22, 25),
  is_from_me: flag,
  is_sent: flag,
  item_type: fc.constantFrom(0, 1, 2, 3),
  has_attachments: flag,
  associated_type: fc.constantFrom(0, 2000, 2006, 3000, 4000),
});
const of = (fields: Partial<MessageRow>): MessageRow => ({ ...complete, ...fields });

describe("what is done with a row", () => {
  it.each([
    ["a complete one is emitted", {}, 1, 0, "emit"],
    ["one without a body waits", { text: null }, 1, 0, "hold"],
    ["one without a body goes out after a second", { text: null }, 1, 1_000, "emit"],
    ["one that is nothing but a picture is complete", { text: null, has_attachments: 1 }, 1, 0, "emit"],
    ["one without a conversation waits", {}, 0, 999, "hold"],
    ["an unsent one of ours waits", { is_from_me: 1 }, 1, 2_999, "hold"],
    ["a failed one of ours is passed over", { is_from_me: 1, error: 22 }, 1, 0, "pass over"],
    ["an empty, unjoined one of ours was never sent", { is_from_me: 1, text: null }, 0, 1_000, "pass over"],
    ["a tapback of ours needs no sending", { is_from_me: 1, associated_type: 2000 }, 1, 0, "emit"],
    ["one of the last day is news", { at: NOW - DAY }, 1, 0, "emit"],
    ["an older one is backfill", { at: NOW - DAY - 1 }, 1, 0, "pass over"],
  ] as const)("%s", (_what, fields, inChats, waited, verdict) => {
    expect(judge(of(fields), inChats, NOW - waited, NOW, NOW)).toBe(verdict);
  });
});

describe("of any row it is true that", () => {
  const check = (hold: (row: MessageRow, inChats: number, waited: number, verdict: string) => void): void =>
    fc.assert(
      fc.property(rows, fc.nat(2), fc.nat(10_000), (fields, inChats, waited) => {
        const row = of(fields);
        hold(row, inChats, waited, judge(row, inChats, NOW - waited, NOW, NOW));
      }),
      { numRuns: 1_000 },
    );

  it("nothing is held longer than three seconds", () => {
    check((_row, _inChats, waited, verdict) => {
      if (waited >= 3_000) expect(verdict).not.toBe("hold");
    });
  });

  it("what somebody else wrote is never lost unless it is backfill", () => {
    check((row, _inChats, _waited, verdict) => {
      if (row.is_from_me === 0 && (row.at ?? NOW) >= NOW - DAY) expect(verdict).not.toBe("pass over");
    });
  });

  it("a failed send is never emitted", () => {
    check((row, _inChats, _waited, verdict) => {
      if (row.is_from_me === 1 && row.error !== 0) expect(verdict).not.toBe("emit");
    });
  });

  it("backfill is never emitted", () => {
    check((row, _inChats, _waited, verdict) => {
      if (row.at !== null && row.at < NOW - DAY) expect(verdict).not.toBe("emit");
    });
  });
});

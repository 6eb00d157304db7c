import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Change } from "../change.ts";
import type { AttachmentRow } from "../content-queries.ts";
import type { MessageRow } from "../message-row.ts";
import { toChange } from "../row-to-domain.ts";
import { judge, type Verdict } from "./feed-state.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const UNSENT = { is_from_me: 1, is_delivered: 0 };
const TAPBACK = { associated_type: 2000, associated_guid: "p:0/OTHER" };

const complete: MessageRow = {
  row_id: 1,
  guid: "GUID",
  text: "hi",
  subject: null,
  attributed_body: null,
  handle_id: 1,
  handle: "+15550111",
  uncanonical_handle: null,
  service: "iMessage",
  line: null,
  at: NOW,
  read_at: null,
  delivered_at: null,
  played_at: null,
  edited_at: null,
  error: 0,
  is_from_me: 0,
  is_sent: 0,
  is_delivered: 1,
  is_audio: 0,
  was_downgraded: 0,
  item_type: 0,
  has_attachments: 0,
  part_count: 1,
  balloon: null,
  payload: null,
  summary: null,
  associated_type: 0,
  associated_guid: null,
  associated_emoji: null,
  thread_guid: null,
  thread_part: null,
  effect: null,
  group_action: 0,
  group_title: null,
  other_handle: 0,
  share_status: 0,
  schedule_type: 0,
  account: null,
  off_grid: 0,
};

const flag = fc.constantFrom(0, 1);
const rows = fc.record<Partial<MessageRow>>({
  text: fc.option(fc.string()),
  at: fc.option(fc.integer({ min: NOW - 100 * DAY, max: NOW + 100 * DAY })),
  error: fc.constantFrom(0, 22, 25),
  is_from_me: flag,
  is_sent: flag,
  is_delivered: flag,
  item_type: fc.constantFrom(0, 1, 2, 3),
  has_attachments: flag,
  associated_type: fc.constantFrom(0, 2000, 2006, 3000, 4000),
});
const of = (fields: Partial<MessageRow>): MessageRow => ({ ...complete, ...fields });

const FILE: AttachmentRow = {
  guid: "",
  filename: null,
  transfer_name: null,
  mime_type: null,
  uti: null,
  total_bytes: null,
  transfer_state: 5,
  is_outgoing: 0,
  is_sticker: 0,
  user_info: null,
  emoji_description: null,
};

/** The row as the feed would tell it, in so many conversations and with so many files. */
function changeOf(row: MessageRow, inChats: number, files: number): Change | null {
  const chats = Array.from({ length: inChats }, (_, at) => at + 1);
  const attachments = Array.from({ length: files }, (_, at) => ({ ...FILE, guid: `FILE-${at}` }));
  return toChange(row, {
    content: {
      attachments: () => attachments,
      attachmentByGuid: () => null,
      place: () => ({ chats, deletedAt: null }),
      chatRowIds: () => chats,
      aboutPoll: () => [],
      handle: () => null,
      chatLine: () => null,
    },
    directory: { idsOf: (ids) => ids.map((id) => `iMessage;-;+1555000${id}`), filterOf: () => "none" },
    rowIdOf: () => null,
  });
}

/** What is dated before this is late. */
const LATE = NOW - HOUR;

describe("what is done with a row", () => {
  it.each([
    ["a complete one is told", {}, 1, 0, "tell"],
    ["one without a body waits", { text: null }, 1, 0, "hold"],
    ["one without a body is told after a second", { text: null }, 1, 1_000, "tell"],
    ["one that announces files and has none yet waits", { has_attachments: 1 }, 1, 0, "hold"],
    ["one whose files never come is told after a second", { has_attachments: 1 }, 1, 1_000, "tell"],
    ["one without a conversation waits", {}, 0, 999, "hold"],
    ["an unsent one of ours waits", { is_from_me: 1, is_delivered: 0 }, 1, 0, "hold"],
    ["an unsent one of ours waits for hours", { is_from_me: 1, is_delivered: 0 }, 1, 5 * HOUR, "hold"],
    ["an unsent one of ours is never called sent", { ...UNSENT, at: NOW - DAY }, 1, DAY, "pass over"],
    ["one of ours that is scheduled waits for its date", { ...UNSENT, at: NOW + 1 }, 1, 3 * DAY, "hold"],
    ["a sent one of ours is told", { is_from_me: 1, is_sent: 1 }, 1, 0, "tell"],
    ["a failed one of ours is told", { is_from_me: 1, error: 22 }, 1, 0, "tell"],
    ["an empty, unjoined one of ours may yet be filled", { is_from_me: 1, text: null }, 0, 9_999, "hold"],
    ["an empty, unjoined one of ours has failed", { is_from_me: 1, text: null }, 0, 10_000, "tell"],
    ["a sent one of ours waits for its conversation", { is_from_me: 1, is_sent: 1 }, 0, 9_999, "hold"],
    [
      "an empty one of ours in its conversation waits no longer than others'",
      { is_from_me: 1, text: null, is_sent: 1 },
      1,
      1_000,
      "tell",
    ],
    ["a tapback of ours needs no sending", { is_from_me: 1, ...TAPBACK }, 1, 0, "tell"],
    ["a group change is told as nothing", { item_type: 2 }, 1, 0, "pass over"],
    ["when the clock was set back nothing waits", { text: null }, 1, -HOUR, "tell"],
  ] as const)("%s", (_what, fields, inChats, waited, step) => {
    const row = of(fields);
    expect(judge(row, changeOf(row, inChats, 0), NOW - waited, NOW, LATE).step).toBe(step);
  });

  it("one that is nothing but a picture is complete", () => {
    const row = of({ text: null, has_attachments: 1 });
    expect(judge(row, changeOf(row, 1, 1), NOW, NOW, LATE)).toEqual({
      step: "tell",
      isLate: false,
      failed: false,
    });
  });

  it.each([
    ["an hour behind the newest is in time", HOUR, false],
    ["more than an hour behind it is late", HOUR + 1, true],
    ["a day behind it is late", DAY, true],
  ])("one that is %s", (_what, behind, isLate) => {
    const row = of({ at: NOW - behind });
    expect(judge(row, changeOf(row, 1, 0), NOW, NOW, LATE)).toMatchObject({ step: "tell", isLate });
  });

  it.each([
    ["an error", { is_from_me: 1, error: 22 }, 1, 0],
    ["the empty row of a group send that was lost", { is_from_me: 1, text: null }, 0, 10_000],
  ])("%s means that it failed", (_what, fields, inChats, waited) => {
    const row = of(fields);
    const verdict = judge(row, changeOf(row, inChats, 0), NOW - waited, NOW, LATE);
    expect(verdict).toMatchObject({ step: "tell", failed: true });
  });

  it("a group change that belongs nowhere yet waits, and is passed over after a second", () => {
    const row = of({ item_type: 2 });
    expect(judge(row, "unjoined", NOW, NOW, LATE).step).toBe("hold");
    expect(judge(row, "unjoined", NOW - 1_000, NOW, LATE).step).toBe("pass over");
  });
});

describe("of any row it is true that", () => {
  type Hold = (row: MessageRow, change: Change, waited: number, verdict: Verdict) => void;
  const check = (hold: Hold): void =>
    fc.assert(
      fc.property(rows, fc.nat(2), fc.nat(2), fc.nat(10_000), (fields, inChats, files, waited) => {
        const row = of(fields);
        const change = changeOf(row, inChats, files);
        const verdict = judge(row, change, NOW - waited, NOW, LATE);
        if (change === null) expect(verdict.step).toBe("pass over");
        else hold(row, change, waited, verdict);
      }),
      { numRuns: 1_000 },
    );

  it("what somebody else wrote waits a second at most", () => {
    check((row, _change, waited, { step }) => {
      if (row.is_from_me === 0 && waited >= 1_000) expect(step).not.toBe("hold");
    });
  });

  it("what somebody else wrote is never lost", () => {
    check((row, _change, _waited, { step }) => {
      if (row.is_from_me === 0) expect(step).not.toBe("pass over");
    });
  });

  it("a message of ours is called sent only when Messages says so", () => {
    check((row, change, _waited, verdict) => {
      if (change.type !== "message.sent" || verdict.step !== "tell" || verdict.failed) return;
      expect(row.error).toBe(0);
      expect(row.is_sent + row.is_delivered).toBeGreaterThan(0);
    });
  });
});

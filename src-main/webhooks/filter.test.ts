import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Conversation } from "../../src-shared/domain/conversation.ts";
import { EVENT_TYPES, type Event } from "../../src-shared/domain/event.ts";
import type { WebhookFilter } from "../../src-shared/domain/webhook.ts";
import { sampleMessage, sampleSentItem } from "../testing/sample-changes.ts";
import { compileFilter, conversationFilter } from "./filter.ts";

const wants = (filter: WebhookFilter, event: Event, isOurs: (guid: string) => boolean): boolean =>
  compileFilter(filter)(event, isOurs);

const GROUP = "any;+;chat7";
const DIRECT = "any;-;+15550111";
const stamp = { id: "evt_1", seq: 1, at: 1 };
const all: WebhookFilter = {
  events: [...EVENT_TYPES],
  conversations: [],
  onlyIncoming: false,
  includeOwn: true,
};
const nobodys = () => false;

const conversation = (id: string, spellings: string[]): Conversation => ({
  id,
  spellings,
  participants: ["+15550111"],
  displayName: null,
  isGroup: true,
  services: ["iMessage"],
  line: null,
  isArchived: false,
  filter: "none",
  latestMessage: null,
});

function eventOf(
  type: Event["type"],
  about: { isFromMe?: boolean; conversationIds?: string[]; guid?: string } = {},
): Event {
  const { isFromMe = false, conversationIds = [DIRECT], guid = "G" } = about;
  switch (type) {
    case "message.deleted":
      return { ...stamp, type, data: { guid, rowId: 1, conversationIds, isRecoverable: true, at: 1 } };
    case "reaction.added":
    case "reaction.removed": {
      const data = { rowId: 2, guid, targetGuid: "T", targetRowId: 1, targetPart: null, conversationIds };
      const said = { sender: null, isFromMe, kind: "love", emoji: null, removed: false, at: 1 } as const;
      return { ...stamp, type, data: { ...data, ...said } };
    }
    case "conversation.updated": {
      const [id = DIRECT, ...spellings] = conversationIds;
      return { ...stamp, type, data: { conversation: conversation(id, spellings), change: null, by: null } };
    }
    case "outbox.updated":
      return { ...stamp, type, data: sampleSentItem({ conversationId: conversationIds[0] ?? DIRECT }) };
    default:
      return { ...stamp, type, data: sampleMessage({ guid, isFromMe, conversationIds }) };
  }
}

describe("the events that an endpoint is told of", () => {
  it.each(EVENT_TYPES)("are of the types it asks for: %s", (type) => {
    expect(wants({ ...all, events: [type] }, eventOf(type), nobodys)).toBe(true);
    expect(wants({ ...all, events: EVENT_TYPES.filter((one) => one !== type) }, eventOf(type), nobodys)).toBe(
      false,
    );
  });

  it.each([
    ["message.received", false, true],
    ["message.sent", true, false],
    ["message.delivered", true, false],
    ["message.failed", true, false],
    // The other side read what went out; and what came in was read here.
    ["message.read", true, false],
    ["message.read", false, true],
    ["message.edited", true, false],
    ["message.edited", false, true],
    ["message.unsent", true, false],
    ["message.updated", false, true],
    ["reaction.added", true, false],
    ["reaction.added", false, true],
    ["reaction.removed", true, false],
  ] as const)(
    "are about what comes in, if it asks for no other: %s, from me %s: %s",
    (type, isFromMe, told) => {
      expect(wants({ ...all, onlyIncoming: true }, eventOf(type, { isFromMe }), nobodys)).toBe(told);
      expect(wants(all, eventOf(type, { isFromMe }), nobodys)).toBe(true);
    },
  );

  it.each(["message.deleted", "conversation.updated"] as const)("have no author: %s is told", (type) => {
    expect(wants({ ...all, onlyIncoming: true }, eventOf(type), nobodys)).toBe(true);
  });

  it("leave out what Bellhop sent, where own messages are not wanted", () => {
    const filter = { ...all, includeOwn: false };
    const isOurs = (guid: string) => guid === "OURS";
    const sent = (guid: string) => eventOf("message.sent", { isFromMe: true, guid });
    expect(wants(filter, sent("OURS"), isOurs)).toBe(false);
    expect(wants(filter, eventOf("message.delivered", { isFromMe: true, guid: "OURS" }), isOurs)).toBe(false);
    // Written on the phone.
    expect(wants(filter, sent("THEIRS"), isOurs)).toBe(true);
    expect(wants(all, sent("OURS"), isOurs)).toBe(true);
  });

  it("ask whose a message is only when the answer matters", () => {
    const never = () => {
      throw new Error("asked");
    };
    expect(wants(all, eventOf("message.sent", { isFromMe: true }), never)).toBe(true);
    const filter = compileFilter({ ...all, includeOwn: false, conversations: [GROUP] });
    expect(filter(eventOf("message.sent", { isFromMe: true }), never)).toBe(false);
    expect(filter(eventOf("message.received", { conversationIds: [GROUP] }), never)).toBe(true);
    expect(filter(eventOf("reaction.added", { isFromMe: true, conversationIds: [GROUP] }), never)).toBe(true);
  });
});

describe("the conversations that an endpoint is told of", () => {
  it.each([
    ["any;-;+15550111", "any;-;+15550111", true],
    ["iMessage;-;+15550111", "any;-;+15550111", true],
    ["any;-;+15550111", "SMS;-;+15550111", true],
    ["+15550111", "iMessage;-;+15550111", true],
    ["anna@example.com", "any;-;anna@example.com", true],
    ["+15550111", "any;-;+155501112", false],
    ["+15550111", "any;+;+15550111", false],
    ["iMessage;+;chat7", "any;+;chat7", true],
    ["any;-;chat7", "any;+;chat7", false],
    ["chat7", "any;+;chat7", false],
  ])("in any spelling: %s of %s: %s", (asked, id, told) => {
    for (const type of EVENT_TYPES) {
      expect(conversationFilter([asked])(eventOf(type, { conversationIds: [id] }))).toBe(told);
    }
  });

  it("are known by every id that an event names", () => {
    // Of a send only the one that it goes to is known.
    for (const type of EVENT_TYPES.filter((type) => type !== "outbox.updated")) {
      const event = eventOf(type, { conversationIds: [DIRECT, "SMS;-;+15550112"] });
      expect(conversationFilter(["+15550112"])(event)).toBe(true);
      expect(conversationFilter([GROUP, "+15550113"])(event)).toBe(false);
    }
  });

  it("are none for what is joined to none, unless all are asked for", () => {
    const event = eventOf("message.received", { conversationIds: [] });
    expect(conversationFilter([DIRECT])(event)).toBe(false);
    expect(conversationFilter([])(event)).toBe(true);
  });
});

describe("a filter", () => {
  const events = fc
    .tuple(
      fc.constantFrom(...EVENT_TYPES),
      fc.boolean(),
      fc.subarray([DIRECT, GROUP, "SMS;-;a@example.com"]),
      fc.constantFrom("OURS", "THEIRS"),
    )
    .map(([type, isFromMe, conversationIds, guid]) => eventOf(type, { isFromMe, conversationIds, guid }));
  const filters = fc.record({
    events: fc.subarray([...EVENT_TYPES]),
    conversations: fc.subarray(["+15550111", "iMessage;+;chat7", "a@example.com"]),
    onlyIncoming: fc.boolean(),
    includeOwn: fc.boolean(),
  });
  const isOurs = (guid: string) => guid === "OURS";

  it("tells what every one of its conditions lets through, and nothing else", () => {
    const open = (filter: Partial<WebhookFilter>, event: Event) =>
      wants({ ...all, ...filter }, event, isOurs);
    fc.assert(
      fc.property(filters, events, (filter, event) => {
        const { conversations, onlyIncoming, includeOwn } = filter;
        const each = [{ events: filter.events }, { conversations }, { onlyIncoming }, { includeOwn }];
        expect(wants(filter, event, isOurs)).toBe(each.every((one) => open(one, event)));
      }),
    );
  });

  it("that asks for more never tells less", () => {
    fc.assert(
      fc.property(filters, events, (filter, event) => {
        fc.pre(wants(filter, event, isOurs));
        for (const wider of [
          { events: [...EVENT_TYPES] },
          { conversations: [] },
          { onlyIncoming: false },
          { includeOwn: true },
        ]) {
          expect(wants({ ...filter, ...wider }, event, isOurs)).toBe(true);
        }
      }),
    );
  });
});

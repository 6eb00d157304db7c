import { describe, expect, it } from "vitest";
import type { Conversation } from "../../../src-shared/domain/conversation.ts";
import type { Event } from "../../../src-shared/domain/event.ts";
import type { Message } from "../../../src-shared/domain/message.ts";
import type { Reaction } from "../../../src-shared/domain/reaction.ts";
import { sampleMessage } from "../../testing/sample-changes.ts";
import { WireConversationUpdate, WireDeletion, WireReaction } from "./event-shapes.ts";
import { WireMessage } from "./message-shape.ts";
import { AIMESSAGE_KEYS } from "./testing/wire-keys.ts";
import { wireConversation, wireEvent, wireLine } from "./translate.ts";
import { provisionalMessage, wireMessage } from "./translate-message.ts";

const AT = Date.UTC(2026, 2, 23, 23, 49, 54, 987);

/** What a message with these fields is on the wire, as its clients read it. */
function onWire(fields: Partial<Message>): Record<string, unknown> {
  const wire: Record<string, unknown> = JSON.parse(JSON.stringify(wireMessage(sampleMessage(fields))));
  // Nothing is written that the schema does not promise, and nothing promised is left out.
  expect(WireMessage.parse(wire)).toEqual(wire);
  return wire;
}

describe("a message", () => {
  it("has AiMessage's fields first, and then everything else", () => {
    const wire = onWire({ at: AT });
    expect(Object.keys(wire).slice(0, AIMESSAGE_KEYS.length).toSorted()).toEqual(AIMESSAGE_KEYS);
    expect(wire).toEqual({
      id: "1",
      guid: "GUID-1",
      conversation_id: "any;-;+15550111",
      sender: "+15550111",
      body: "hello",
      attachments: [],
      timestamp: "2026-03-23T23:49:54Z",
      is_from_me: false,
      status: "delivered",
      row_id: 1,
      kind: "message",
      conversation_ids: ["any;-;+15550111"],
      service: "iMessage",
      is_satellite: false,
      line: "+15550100",
      filter: "none",
      late: false,
      subject: null,
      parts: [{ index: 0, text: "hello", attachment: null }],
      mentions: [],
      links: [],
      styles: [],
      detections: [],
      one_time_code: null,
      effect: null,
      attachments_info: [],
      is_audio_message: false,
      transcription: null,
      translations: [],
      reply_to: null,
      reply_to_part: null,
      target: null,
      link_preview: null,
      poll: null,
      app: null,
      group_change: null,
      timestamp_ms: AT,
      delivered_at: null,
      read_at: null,
      played_at: null,
      edited_at: null,
      deleted_at: null,
      scheduled_for: null,
      edits: [],
      unsent: false,
      unsent_parts: [],
      error_code: 0,
      was_downgraded: false,
      outbox_id: null,
    });
  });

  it.each<[string, Partial<Message>, object]>([
    ["of our own", { isFromMe: true, sender: null }, { sender: "me", is_from_me: true }],
    ["of nobody", { sender: null, conversationIds: [] }, { sender: "", conversation_id: "" }],
    ["without text", { body: null }, { body: "" }],
    [
      "with files",
      {
        attachments: [
          {
            guid: "A1",
            path: "/files/cat.heic",
            name: "cat.heic",
            mimeType: "image/heic",
            uti: "public.heic",
            sizeBytes: 9,
            state: "ready",
            isSticker: false,
            description: "a cat",
          },
          {
            guid: "A2",
            path: null,
            name: null,
            mimeType: null,
            uti: null,
            sizeBytes: null,
            state: "waiting",
            isSticker: true,
            description: null,
          },
        ],
      },
      {
        attachments: ["/files/cat.heic"],
        attachments_info: [
          {
            guid: "A1",
            name: "cat.heic",
            mime_type: "image/heic",
            uti: "public.heic",
            size: 9,
            path: "/files/cat.heic",
            state: "ready",
            is_sticker: false,
            description: "a cat",
          },
          {
            guid: "A2",
            name: null,
            mime_type: null,
            uti: null,
            size: null,
            path: null,
            state: "waiting",
            is_sticker: true,
            description: null,
          },
        ],
      },
    ],
    [
      "that is a voice message",
      { kind: "audio", body: null, transcription: "at eight" },
      { kind: "audio", is_audio_message: true, transcription: "at eight" },
    ],
    [
      "that is a link",
      {
        kind: "link",
        link: {
          url: "https://a.example",
          originalUrl: "https://b.example",
          title: "A",
          summary: null,
          siteName: "Example",
          isPlaceholder: false,
        },
      },
      {
        link_preview: {
          url: "https://a.example",
          original_url: "https://b.example",
          title: "A",
          summary: null,
          site_name: "Example",
          is_placeholder: false,
        },
      },
    ],
    [
      "that is a poll",
      {
        kind: "poll",
        body: null,
        poll: {
          title: "Lunch?",
          options: [{ id: "P", text: "Pie" }],
          votes: [{ option: "P", handle: null, isFromMe: true }],
        },
      },
      {
        kind: "poll",
        poll: {
          title: "Lunch?",
          options: [{ id: "P", text: "Pie" }],
          votes: [{ option: "P", handle: null, is_from_me: true }],
        },
      },
    ],
    [
      "that an app sent",
      {
        kind: "app",
        app: { bundleId: "com.apple.findmy", name: "Find My", summary: "Find My: Started", url: null },
      },
      { app: { bundle_id: "com.apple.findmy", name: "Find My", summary: "Find My: Started", url: null } },
    ],
    ["that is handwritten", { kind: "handwriting" }, { kind: "handwriting" }],
    ["that is a touch", { kind: "digital_touch" }, { kind: "digital_touch" }],
    [
      "that is a sticker",
      { kind: "sticker", target: { guid: "T", part: 2 } },
      { kind: "sticker", target: { guid: "T", part: 2 } },
    ],
    [
      "that tells of a group",
      { kind: "group_change", groupChange: { action: "renamed", handle: null, name: "Hikers" } },
      { kind: "group_change", group_change: { action: "renamed", handle: null, name: "Hikers" } },
    ],
    [
      "that answers another",
      { replyTo: { guid: "R", part: 1 }, effect: "slam", subject: "Re" },
      { reply_to: "R", reply_to_part: 1, effect: "slam", subject: "Re" },
    ],
    [
      "that changed",
      {
        editedAt: AT,
        edits: [
          {
            part: 0,
            versions: [
              { at: AT - 5_000, body: "teh" },
              { at: AT, body: "the" },
            ],
          },
        ],
        isUnsent: true,
        unsentParts: [1],
      },
      {
        edited_at: "2026-03-23T23:49:54Z",
        edits: [
          {
            part: 0,
            versions: [
              { at: "2026-03-23T23:49:49Z", body: "teh" },
              { at: "2026-03-23T23:49:54Z", body: "the" },
            ],
          },
        ],
        unsent: true,
        unsent_parts: [1],
      },
    ],
    [
      "with all its times",
      { deliveredAt: AT, readAt: AT + 1_000, playedAt: AT + 2_000, deletedAt: AT + 3_000, scheduledFor: 0 },
      {
        delivered_at: "2026-03-23T23:49:54Z",
        read_at: "2026-03-23T23:49:55Z",
        played_at: "2026-03-23T23:49:56Z",
        deleted_at: "2026-03-23T23:49:57Z",
        scheduled_for: "1970-01-01T00:00:00Z",
      },
    ],
    [
      "with things in its text",
      {
        mentions: [{ start: 0, length: 2, handle: "+1" }],
        links: [{ start: 1, length: 2, url: "tel:1" }],
        styles: [{ start: 2, length: 1, style: "bold" }],
        detections: [{ start: 0, length: 3, kind: "Money", value: "$15" }],
        oneTimeCode: "123456",
      },
      {
        mentions: [{ start: 0, length: 2, handle: "+1" }],
        links: [{ start: 1, length: 2, url: "tel:1" }],
        styles: [{ start: 2, length: 1, style: "bold" }],
        detections: [{ start: 0, length: 3, kind: "Money", value: "$15" }],
        one_time_code: "123456",
      },
    ],
    [
      "that failed, was downgraded and came late",
      { status: "failed", errorCode: 22, wasDowngraded: true, isLate: true, filter: "junk" },
      { status: "failed", error_code: 22, was_downgraded: true, late: true, filter: "junk" },
    ],
  ])("%s", (_what, fields, expected) => {
    expect(onWire(fields)).toMatchObject(expected);
  });

  it("that has not appeared yet has no id to name it by", () => {
    const wire = provisionalMessage("hello", AT);
    expect(WireMessage.parse(wire)).toEqual(wire);
    expect(wire).toMatchObject({
      id: "",
      row_id: null,
      guid: "",
      conversation_id: "",
      sender: "me",
      body: "hello",
      is_from_me: true,
      status: "sent",
      timestamp: "2026-03-23T23:49:54Z",
    });
  });
});

const conversation: Conversation = {
  id: "any;+;chat1",
  spellings: ["any;+;chat1", "iMessage;+;chat1"],
  participants: ["+15550111"],
  displayName: "Hikers",
  isGroup: true,
  services: ["iMessage"],
  line: "+15550100",
  isArchived: false,
  filter: "none",
  latestMessage: null,
};

const reaction: Reaction = {
  rowId: 7,
  guid: "R7",
  targetGuid: "T",
  targetRowId: null,
  targetPart: 1,
  conversationIds: ["any;-;+15550111"],
  sender: "+15550111",
  isFromMe: false,
  kind: "emoji",
  emoji: "🦦",
  removed: false,
  at: AT,
};

describe("an event", () => {
  const stamp = { id: "evt_1", seq: 4, at: AT };
  const told = (event: Event): unknown => JSON.parse(wireEvent(event));
  const wireStamp = { id: "evt_1", seq: 4, timestamp: "2026-03-23T23:49:54Z" };

  it.each([
    "message.received",
    "message.sent",
    "message.delivered",
    "message.read",
    "message.failed",
    "message.edited",
    "message.unsent",
    "message.updated",
  ] as const)("%s carries the message", (type) => {
    const data = sampleMessage();
    const wire = JSON.parse(JSON.stringify(wireMessage(data)));
    expect(told({ ...stamp, type, data })).toEqual({ type, data: wire, ...wireStamp });
  });

  it("message.deleted carries what is known of what is gone", () => {
    const data = { rowId: null, guid: "G", conversationIds: [], isRecoverable: false, at: AT };
    const gone = {
      id: "",
      guid: "G",
      conversation_id: "",
      conversation_ids: [],
      recoverable: false,
      timestamp: "2026-03-23T23:49:54Z",
    };
    expect(WireDeletion.parse(gone)).toEqual(gone);
    expect(told({ ...stamp, type: "message.deleted", data })).toEqual({
      type: "message.deleted",
      data: gone,
      ...wireStamp,
    });
    const there = { ...data, rowId: 9, conversationIds: ["a", "b"], isRecoverable: true };
    expect(told({ ...stamp, type: "message.deleted", data: there })).toMatchObject({
      data: { id: "9", conversation_id: "a", conversation_ids: ["a", "b"], recoverable: true },
    });
  });

  it("reaction.added carries the reaction", () => {
    const wire = {
      id: "7",
      message_id: "",
      message_guid: "T",
      sender: "+15550111",
      reaction_type: "emoji",
      timestamp: "2026-03-23T23:49:54Z",
      emoji: "🦦",
      part: 1,
      conversation_id: "any;-;+15550111",
      is_from_me: false,
    };
    expect(WireReaction.parse(wire)).toEqual(wire);
    expect(told({ ...stamp, type: "reaction.added", data: reaction })).toMatchObject({ data: wire });
  });

  it("conversation.updated carries the conversation, and what was done to it", () => {
    const change = { action: "renamed", handle: null, name: "Hikers" } as const;
    const wire = { ...wireConversation(conversation), change, by: "+15550111" };
    expect(WireConversationUpdate.parse(wire)).toEqual(wire);
    const data = { conversation, change, by: "+15550111" };
    expect(told({ ...stamp, type: "conversation.updated", data })).toMatchObject({ data: wire });
  });
});

describe("a conversation", () => {
  it("has AiMessage's fields, and everything else", () => {
    const latestMessage = sampleMessage();
    expect(wireConversation({ ...conversation, latestMessage })).toEqual({
      id: "any;+;chat1",
      participants: ["+15550111"],
      display_name: "Hikers",
      is_group: true,
      latest_message: wireMessage(latestMessage),
      spellings: ["any;+;chat1", "iMessage;+;chat1"],
      services: ["iMessage"],
      line: "+15550100",
      is_archived: false,
      filter: "none",
    });
  });
});

it("writes a line with when it was last used", () => {
  const line = { handle: "+15550100", kind: "phone", services: ["SMS"], lastUsedAt: AT } as const;
  const wire = {
    handle: "+15550100",
    kind: "phone",
    services: ["SMS"],
    last_used_at: "2026-03-23T23:49:54Z",
  };
  expect(wireLine({ ...line, services: ["SMS"] })).toEqual(wire);
  expect(wireLine({ ...line, services: [], lastUsedAt: null })).toMatchObject({ last_used_at: null });
});

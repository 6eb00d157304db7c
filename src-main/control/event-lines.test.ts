import { describe, expect, it } from "vitest";
import { EventLine } from "../../src-shared/control.ts";
import type { Event } from "../../src-shared/domain/event.ts";
import type { Message } from "../../src-shared/domain/message.ts";
import { keepChatDb } from "../apple-messages/chat-db.ts";
import { realPorts } from "../ports/real.ts";
import { openConversations } from "../reading/conversations.ts";
import { openMessages } from "../reading/messages.ts";
import { createGroup } from "../simulator/message-store.ts";
import { sampleMessage, sampleSentItem } from "../testing/sample-changes.ts";
import { MAYA, simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { eventLine, noticeLine } from "./event-lines.ts";

const stamp = { id: "evt_1", seq: 1, at: 1 };

/** What makes lines of events over a chat.db with a group `Hikers`. */
function lines() {
  const messages = simulatedMessages(temporaryFolder());
  const chatDb = keepChatDb(messages.path, realPorts().clock);
  const reading = { messages: openMessages(chatDb), conversations: openConversations(chatDb) };
  const group = createGroup(messages.store, { name: "Hikers", addresses: [MAYA, "+15550112"] });
  const lineOf = (event: Event) => {
    const line = eventLine(event, reading);
    expect(EventLine.parse(line)).toEqual(line);
    return line;
  };
  return { messages, group, reading, lineOf };
}

describe("a line of a message", () => {
  it.each<[string, Partial<Message>, object]>([
    ["its text", {}, { text: "hello", kind: "message", person: MAYA, isFromMe: false }],
    [
      "a poll's question",
      { kind: "poll", body: null, poll: { title: "Lunch?", options: [], votes: [] } },
      { text: "Lunch?", votes: 0 },
    ],
    [
      "a poll's options, where it asks nothing",
      {
        kind: "poll",
        body: null,
        poll: {
          title: null,
          options: [
            { id: "1", text: "Pho" },
            { id: "2", text: "Pie" },
          ],
          votes: [{ option: "1", handle: MAYA, isFromMe: false }],
        },
      },
      { text: "Pho, Pie", votes: 1 },
    ],
    ["a poll that cannot be read", { kind: "poll", body: null }, { text: null }],
    [
      "the words of a voice message",
      { kind: "audio", body: null, transcription: "at eight" },
      { text: "at eight" },
    ],
    [
      "a page's title",
      {
        kind: "link",
        link: {
          url: "u",
          originalUrl: "u",
          title: "A page",
          summary: null,
          siteName: null,
          isPlaceholder: false,
        },
      },
      { text: "A page" },
    ],
    [
      "what an app sent",
      { kind: "app", body: null, app: { bundleId: "b", name: null, summary: "Your move.", url: null } },
      { text: "Your move." },
    ],
  ])("says %s", (_what, fields, expected) => {
    const { lineOf } = lines();
    expect(lineOf({ ...stamp, type: "message.received", data: sampleMessage(fields) })).toMatchObject(
      expected,
    );
  });

  it("of our own says where it went, by the group's name", () => {
    const { lineOf, group } = lines();
    const data = sampleMessage({ isFromMe: true, sender: null, conversationIds: [group.guid] });
    expect(lineOf({ ...stamp, type: "message.read", data })).toMatchObject({
      person: "Hikers",
      isFromMe: true,
    });
    const gone = { ...data, conversationIds: ["any;+;gone"] };
    expect(lineOf({ ...stamp, type: "message.sent", data: gone })).toMatchObject({ person: null });
  });
});

it("says where a deleted message was", () => {
  const { lineOf, group } = lines();
  const data = { guid: "G", rowId: null, conversationIds: [group.guid], isRecoverable: true, at: 1 };
  expect(lineOf({ ...stamp, type: "message.deleted", data })).toMatchObject({ person: "Hikers", text: null });
  expect(lineOf({ ...stamp, type: "message.deleted", data: { ...data, conversationIds: [] } })).toMatchObject(
    {
      person: null,
    },
  );
});

it("says what was done to a conversation, and by whom", () => {
  const { lineOf, group, reading } = lines();
  const conversation = reading.conversations.get(group.guid);
  const change = { action: "renamed", handle: null, name: "Hikers" } as const;
  expect(
    lineOf({ ...stamp, type: "conversation.updated", data: { conversation, change, by: MAYA } }),
  ).toMatchObject({ person: "Hikers", change, by: MAYA });
});

it("says what became of a send, where it goes, and nothing of what it says", () => {
  const { lineOf, group } = lines();
  const data = sampleSentItem({
    conversationId: group.guid,
    state: "failed",
    fault: "service_unavailable",
    reason: "no account",
  });
  const line = lineOf({ ...stamp, type: "outbox.updated", data });
  expect(line).toMatchObject({
    person: "Hikers",
    isFromMe: true,
    text: null,
    outbox: { state: "failed", reason: "no account" },
  });
  const direct = { ...data, conversationId: "any;-;+15550199" };
  expect(lineOf({ ...stamp, type: "outbox.updated", data: direct }).person).toBe("+15550199");
});

it("says a notice's sentence", () => {
  const line = noticeLine("notice_1", 7, "Reading stopped");
  expect(EventLine.parse(line)).toEqual(line);
  expect(line).toMatchObject({ type: null, seq: null, text: "Reading stopped", at: 7 });
});

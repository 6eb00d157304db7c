import { describe, expect, it } from "vitest";
import type { Attachment } from "../../../src-shared/domain/attachment.ts";
import type { Event } from "../../../src-shared/domain/event.ts";
import { OUTBOX_STATES } from "../../../src-shared/domain/outbox.ts";
import { sampleMessage } from "../../testing/sample-changes.ts";
import {
  type Around,
  bodyOf,
  deletionEvent,
  GROUP,
  groupEvent,
  messageEvent,
  mirrored,
  outboxEvent,
  reactionEvent,
} from "./testing/mirrored.ts";

const inGroup = { conversationIds: [GROUP] };
const mine = { isFromMe: true };
const file = (name: string | null, mimeType: string | null = null): Attachment => ({
  guid: "A",
  path: null,
  name,
  mimeType,
  uti: null,
  sizeBytes: 1,
  state: "ready",
  isSticker: false,
  description: null,
});
const poll = {
  title: "Lunch?",
  options: [
    { id: "1", text: "Pizza" },
    { id: "2", text: "Sushi" },
  ],
  votes: [{ option: "1", handle: "+15550111", isFromMe: false }],
};
const preview = { originalUrl: null, summary: null, siteName: null, isPlaceholder: false };
const cake = { url: "https://example.com/a_b", title: "A cake", ...preview };
const target = (body: string): Around => ({ target: sampleMessage({ guid: "T", body }) });

describe("a mirrored event reads as a line in a chat", () => {
  it.each<[string, Event, string]>([
    ["a message", messageEvent("message.received"), "*+15550111*: hello"],
    ["one in a group", messageEvent("message.received", inGroup), "*+15550111* in *Family*: hello"],
    [
      "all of its lines",
      messageEvent("message.received", { body: "one\n\ntwo" }),
      "*+15550111*:\n> one\n> \n> two",
    ],
    ["its subject", messageEvent("message.received", { subject: "Hi" }), "*+15550111*:\n> Hi\n> hello"],
    ["one that went out", messageEvent("message.sent", mine), "To *+15550111*: hello"],
    ["one that went to a group", messageEvent("message.sent", { ...mine, ...inGroup }), "To *Family*: hello"],
    [
      "files by name",
      messageEvent("message.received", {
        attachments: [file("cake.heic"), file(null, "image/png"), file(null)],
      }),
      "*+15550111*:\n> hello\n> 📎 cake.heic, image/png, a file",
    ],
    [
      "a file alone",
      messageEvent("message.received", { body: null, attachments: [file("a.pdf")] }),
      "*+15550111*: 📎 a.pdf",
    ],
    [
      "nothing at all",
      messageEvent("message.received", { body: null }),
      "*+15550111*: A message without text",
    ],
    [
      "a link with its title",
      messageEvent("message.received", { kind: "link", body: "https://example.com/a_b", link: cake }),
      "*+15550111*: Shared a link:\n> A cake\n> https://example.com/a_b",
    ],
    [
      "a link without one",
      messageEvent("message.received", { kind: "link", body: "look: https://example.com", link: null }),
      "*+15550111*: Shared a link: look: https://example.com",
    ],
    [
      "a voice message",
      messageEvent("message.received", {
        kind: "audio",
        body: null,
        transcription: "see you",
        attachments: [file("Audio Message.caf")],
      }),
      "*+15550111*: Voice message: see you",
    ],
    [
      "a poll with its options",
      messageEvent("message.received", { kind: "poll", body: null, poll, ...inGroup }),
      "*+15550111* in *Family*: Sent a poll:\n> Lunch?\n> • Pizza\n> • Sushi",
    ],
    [
      "a sticker",
      messageEvent("message.received", { kind: "sticker", body: null }),
      "*+15550111*: Sent a sticker",
    ],
    [
      "what an app sent",
      messageEvent("message.received", {
        kind: "app",
        body: null,
        app: { bundleId: "b", name: "Apple Pay", summary: "Apple Pay: $5", url: null },
      }),
      "*+15550111*: Apple Pay: $5",
    ],
    ["that it arrived", messageEvent("message.delivered", mine), "Delivered to *+15550111*: hello"],
    [
      "that it arrived, of a long one the beginning",
      messageEvent("message.delivered", { ...mine, body: `one\ntwo ${"x".repeat(200)}` }),
      `Delivered to *+15550111*: one two ${"x".repeat(111)}…`,
    ],
    ["that it was read", messageEvent("message.read", mine), "*+15550111* read “hello”"],
    ["that it was read here", messageEvent("message.read"), "You read *+15550111*: hello"],
    ["that it did not arrive", messageEvent("message.failed", mine), "Not sent to *+15550111*: hello"],
    ["an edit", messageEvent("message.edited", inGroup), "*+15550111* in *Family* edited: hello"],
    ["an edit of one’s own", messageEvent("message.edited", mine), "*You* edited: hello"],
    [
      "an edit to several lines",
      messageEvent("message.edited", { body: "one\ntwo" }),
      "*+15550111* edited:\n> one\n> two",
    ],
    ["an unsend", messageEvent("message.unsent", inGroup), "*+15550111* in *Family* unsent a message"],
    [
      "what came late",
      messageEvent("message.updated", inGroup),
      "*+15550111* in *Family*: Now complete: hello",
    ],
    [
      "a vote",
      messageEvent("message.updated", { kind: "poll", poll, ...inGroup }),
      "*+15550111*’s poll “Lunch?” now has 1 vote in *Family*",
    ],
    [
      "a vote in a poll of one’s own",
      messageEvent("message.updated", { kind: "poll", poll, ...mine, ...inGroup }),
      "*Your* poll “Lunch?” now has 1 vote in *Family*",
    ],
    ["a deletion", deletionEvent(["any;-;+15550111"]), "A message was deleted from *+15550111*"],
    ["a deletion in a group", deletionEvent([GROUP]), "A message was deleted from *Family*"],
    ["a deletion nobody knows where", deletionEvent([]), "A message was deleted from *a conversation*"],
    [
      "somebody new",
      groupEvent({ action: "member_added", handle: "+15550113", name: null }, "+15550111"),
      "*+15550111* in *Family* added +15550113",
    ],
    [
      "somebody who left",
      groupEvent({ action: "member_left", handle: "+15550111", name: null }, "+15550111"),
      "*+15550111* in *Family* left the group",
    ],
    [
      "a new name",
      groupEvent({ action: "renamed", handle: null, name: "Kin" }, "+15550111", "Kin"),
      "*+15550111* in *Kin* renamed the group to “Kin”",
    ],
    [
      "a new name by nobody known",
      groupEvent({ action: "renamed", handle: null, name: "Kin" }, null, "Kin"),
      "The group is now called *Kin*",
    ],
    [
      "a new picture by nobody known",
      groupEvent({ action: "photo_set", handle: null, name: null }, null),
      "*Family* has a new picture",
    ],
  ])("%s", (_what, event, line) => {
    expect(mirrored("slack", event)).toBe(line);
  });

  it.each<[string, Event, Around, string]>([
    ["a tapback", reactionEvent("reaction.added"), target("nice"), "*+15550111* loved “nice”"],
    [
      "one in a group, with an emoji",
      reactionEvent("reaction.added", { kind: "emoji", emoji: "🎉", ...inGroup }),
      target("nice"),
      "*+15550111* in *Family* reacted 🎉 to “nice”",
    ],
    [
      "on a long message",
      reactionEvent("reaction.added"),
      target(`one\ntwo ${"x".repeat(200)}`),
      `*+15550111* loved “one two ${"x".repeat(111)}…”`,
    ],
    ["on one that is gone", reactionEvent("reaction.added"), {}, "*+15550111* loved a message"],
    [
      "taken back",
      reactionEvent("reaction.removed", { ...mine, sender: null }),
      target("nice"),
      "*You* took a heart back from “nice”",
    ],
  ])("%s", (_what, event, around, line) => {
    expect(mirrored("slack", event, around)).toBe(line);
  });

  it("which Discord draws its own way", () => {
    expect(mirrored("discord", messageEvent("message.received", { ...inGroup, body: "one\ntwo" }))).toBe(
      "**+15550111** in **Family**:\n> one\n> two",
    );
    expect(mirrored("discord", messageEvent("message.sent", mine))).toBe("To **+15550111**: hello");
  });

  it("and the event itself is told by whoever writes it", () => {
    expect(bodyOf("bellhop", messageEvent("message.received"))).toBe("evt_1");
  });

  it("unless only figures of a conversation changed", () => {
    expect(mirrored("slack", groupEvent(null, null))).toBeNull();
    expect(mirrored("discord", groupEvent(null, null))).toBeNull();
  });

  it("and what became of a send only where no message may ever tell of it", () => {
    expect(mirrored("slack", outboxEvent({ state: "failed", reason: "Messages does not run" }))).toBe(
      "Not sent to *+15550111*: Messages does not run",
    );
    expect(mirrored("discord", outboxEvent({ state: "failed", conversationId: GROUP }))).toBe(
      "Not sent to **Family**",
    );
    expect(mirrored("slack", outboxEvent({ state: "unknown", reason: "its row\nnever came" }))).toBe(
      "Not known whether it was sent to *+15550111*: its row never came",
    );
    for (const state of OUTBOX_STATES.filter((one) => one !== "failed" && one !== "unknown"))
      expect(mirrored("slack", outboxEvent({ state })), state).toBeNull();
  });
});

describe("a one-time code", () => {
  const coded = (body: string, oneTimeCode = "123456") => sampleMessage({ guid: "T", body, oneTimeCode });
  const texts: [string, string][] = [
    ["Your code is 123456.", "Your code is ••••."],
    ["123456 is it. Again: 123456", "•••• is it. Again: ••••"],
    ["It is 123 456", "It is ••••"],
    ["It is 123-456", "It is ••••"],
    ["https://example.com/?code=123456", "https://example.com/?code=••••"],
    ["Somewhere in a picture", "a one-time code"],
  ];

  it.each(texts)("cannot be read where a message is mirrored: %s", (body, told) => {
    expect(mirrored("slack", messageEvent("message.received", coded(body)))).toBe(`*+15550111*: ${told}`);
    for (const type of ["message.read", "message.edited", "message.updated"] as const) {
      expect(mirrored("discord", messageEvent(type, coded(body)))).not.toMatch(/123.?456/);
    }
  });

  it.each(texts)("nor where somebody reacts to it: %s", (body, told) => {
    const line = mirrored("slack", reactionEvent("reaction.added"), { target: coded(body) });
    expect(line).toBe(`*+15550111* loved “${told}”`);
  });

  it("is found whatever signs and letters it is made of", () => {
    expect(mirrored("slack", messageEvent("message.received", coded("Use g-(a+b).*9!", "G-(A+B).*9")))).toBe(
      "*+15550111*: Use ••••!",
    );
    expect(mirrored("slack", messageEvent("message.received", coded("hello", " - ")))).toBe(
      "*+15550111*: a one-time code",
    );
  });
});

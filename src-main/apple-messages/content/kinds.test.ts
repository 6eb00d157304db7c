import { describe, expect, it } from "vitest";
import {
  addParticipant,
  addPollOption,
  applePay,
  changeNumber,
  checkIn,
  createGroup,
  createPoll,
  fillLinkPreview,
  findMy,
  game,
  keepAudio,
  leaveGroup,
  linkPreview,
  placeSticker,
  receiveMessage,
  removeBackground,
  removeGroupPhoto,
  removeParticipant,
  renameGroup,
  sendMessage,
  setBackground,
  setGroupPhoto,
  shareLocation,
  startSharePlay,
  voiceNote,
  votePoll,
} from "../../simulator/message-store.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { toGroupChange } from "../row-to-domain.ts";
import { type ReadMessages, readMessages } from "./testing/reader.ts";

const SAM = "+15550112";
const SAM_AGAIN = "+15550113";
const by = { address: MAYA };
const picture = { name: "sticker.png", content: new Uint8Array([1]) };

function group({ messages }: ReadMessages) {
  return createGroup(messages.store, { name: "Hikers", addresses: [MAYA, SAM] });
}

describe("a link", () => {
  const preview = { url: "https://example.com/a", title: "A page", summary: "About it", siteName: "Example" };

  it("has the preview of its page, once Messages has loaded it", () => {
    const { messages, message, change } = readMessages();
    const placeholder = linkPreview({ url: preview.url, placeholder: true });
    const draft = { chat: messages.chatWith(MAYA), from: MAYA, ...placeholder };
    const { id } = receiveMessage(messages.store, draft);
    expect(message(id)).toMatchObject({
      kind: "link",
      body: preview.url,
      link: { url: preview.url, title: null, isPlaceholder: true },
    });
    fillLinkPreview(messages.store, { id }, preview);
    expect(message(id).link).toEqual({
      url: preview.url,
      originalUrl: preview.url,
      title: "A page",
      summary: "About it",
      siteName: "Example",
      isPlaceholder: false,
    });
    expect(change(id)?.type).toBe("message.received");
  });

  it("is one also where its balloon is not named", () => {
    const { messages, message } = readMessages();
    const content = linkPreview({ ...preview, withoutBundle: true });
    const { id } = receiveMessage(messages.store, { chat: messages.chatWith(MAYA), from: MAYA, ...content });
    expect(message(id)).toMatchObject({ kind: "link", link: { title: "A page" } });
  });

  it("is its address where the payload is damaged or missing", () => {
    const { messages, message } = readMessages();
    const draft = { chat: messages.chatWith(MAYA), from: MAYA, ...linkPreview(preview) };
    const { id } = receiveMessage(messages.store, draft);
    for (const payload of [null, Buffer.from("bplist00 damaged")]) {
      messages.sql("UPDATE message SET payload_data = ?", payload);
      expect(message(id)).toMatchObject({
        kind: "link",
        link: { url: preview.url, title: null, isPlaceholder: true },
      });
    }
  });
});

describe("a poll", () => {
  it("stands as its votes and updates left it", () => {
    const reader = readMessages();
    const { messages, message, change } = reader;
    const poll = createPoll(messages.store, {
      chat: group(reader),
      by,
      title: "Lunch?",
      options: ["Pho", "Pie"],
    });
    const [pho, pie] = poll.options.map(({ id }) => id);
    if (pho === undefined || pie === undefined) throw new Error("a poll has options");
    expect(message(poll.id)).toMatchObject({
      kind: "poll",
      target: null,
      poll: { title: "Lunch?", options: [{ text: "Pho" }, { text: "Pie" }], votes: [] },
    });
    expect(change(poll.id)?.type).toBe("message.received");
    let at = Date.now();
    const vote = (who: typeof by | "me", ...options: string[]) => {
      at += 1_000;
      return votePoll(messages.store, { poll: poll.guid, by: who, options, at });
    };
    vote(by, pho, pie);
    vote("me", pie);
    vote({ address: SAM }, pho);
    vote({ address: SAM });
    const last = vote(by, pie);
    const votes = [
      { option: pie, handle: null, isFromMe: true },
      { option: pie, handle: MAYA, isFromMe: false },
    ];
    expect(message(poll.id).poll?.votes).toEqual(votes);
    expect(message(last.id)).toMatchObject({
      kind: "poll_vote",
      target: { guid: poll.guid, part: null },
      poll: { title: null, options: [], votes: [votes[1]] },
    });
    expect(change(last.id)).toBeNull();
    const more = addPollOption(messages.store, { poll: poll.guid, by, text: "Soup", at: at + 1 });
    expect(message(more.id)).toMatchObject({ kind: "poll_update", target: { guid: poll.guid } });
    expect(change(more.id)).toBeNull();
    expect(message(poll.id).poll).toEqual({ title: "Lunch?", options: more.options, votes });
  });

  it("is one without its content where the payload is damaged", () => {
    const reader = readMessages();
    const poll = createPoll(reader.messages.store, { chat: group(reader), by, options: ["Pho"] });
    reader.messages.sql("UPDATE message SET payload_data = x'00'");
    expect(reader.message(poll.id)).toMatchObject({ kind: "poll", poll: null });
  });
});

describe("what an app sent", () => {
  it.each([
    ["Apple Pay", applePay({ amount: "$12.50" }), "Sent $12.50 with Apple Pay."],
    ["Check In", checkIn({ words: "Check In: Ended", at: 0 }), "Check In: Ended"],
    ["Find My", findMy(), "Find My: Started Sharing Location"],
    ["Dots", game({ name: "Dots", words: "Your move.", session: "S" }), "Dots, Your move."],
  ])("is one sentence: %s", (name, content, summary) => {
    const { messages, message, change } = readMessages();
    const { id } = receiveMessage(messages.store, { chat: messages.chatWith(MAYA), from: MAYA, ...content });
    expect(message(id)).toMatchObject({ kind: "app", body: null, app: { name, summary } });
    expect(change(id)?.type).toBe("message.received");
  });

  it("is named by its bundle where its payload says nothing", () => {
    const { messages, message } = readMessages();
    const { id } = receiveMessage(messages.store, {
      chat: messages.chatWith(MAYA),
      from: MAYA,
      ...checkIn({ words: "x", at: 0 }),
    });
    messages.sql("UPDATE message SET payload_data = NULL");
    expect(message(id).app).toEqual({
      bundleId: "com.apple.SafetyMonitorApp.SafetyMonitorMessages",
      name: "Check In",
      summary: "Check In",
      url: null,
    });
    messages.sql(
      "UPDATE message SET balloon_bundle_id = 'com.apple.messages.MSMessageExtensionBalloonPlugin:T:org.unknown'",
    );
    expect(message(id).app).toMatchObject({ bundleId: "org.unknown", name: null, summary: "org.unknown" });
  });

  it("names people where Fitness left their places open", () => {
    const { messages, message } = readMessages();
    const text = "$(kIMTranscriptPluginBreadcrumbTextReceiverIdentifier) closed all three Activity rings.";
    const draft = { chat: messages.chatWith(MAYA), text, columns: { associated_message_type: 3 } };
    const received = receiveMessage(messages.store, { ...draft, from: MAYA });
    const sent = sendMessage(messages.store, { ...draft, state: "sent" });
    expect(message(received.id)).toMatchObject({
      kind: "app",
      body: "You closed all three Activity rings.",
      app: { name: "Fitness", summary: "Fitness: You closed all three Activity rings." },
    });
    expect(message(sent.id).body).toBe(`${MAYA} closed all three Activity rings.`);
  });

  it("leaves such a place as it is in what a person wrote", () => {
    const { messages, message } = readMessages();
    const text = "$(kIMTranscriptPluginBreadcrumbTextReceiverIdentifier) owes me";
    expect(message(messages.receive(text).id).body).toBe(text);
  });
});

/** Protobuf: field 1 (the kind) is 3, field 5 a UUID. */
const HEARTBEAT = Buffer.concat([
  Buffer.from([0x08, 3, 0x2a, 36]),
  Buffer.from("00000000-0000-4000-8000-000000000000"),
]);

describe("a drawing", () => {
  it.each([
    ["com.apple.Handwriting.HandwritingProvider", "handwriting", "Handwritten message"],
    ["com.apple.DigitalTouchBalloonProvider", "digital_touch", "Digital Touch: a heartbeat"],
  ])("is what its balloon says: %s", (balloon, kind, summary) => {
    const { messages, message, change } = readMessages();
    const { id } = messages.receive("\ufffd");
    messages.sql("UPDATE message SET balloon_bundle_id = ?, payload_data = ?", balloon, HEARTBEAT);
    expect(message(id)).toMatchObject({ kind, body: null, app: { summary } });
    expect(change(id)?.type).toBe("message.received");
  });
});

describe("a sticker", () => {
  it("is put on a part of a message", () => {
    const { messages, message, change } = readMessages();
    const { guid } = messages.receive("look");
    const { id } = placeSticker(messages.store, { target: guid, by, picture });
    expect(message(id)).toMatchObject({
      kind: "sticker",
      target: { guid, part: 0 },
      attachments: [{ isSticker: true, state: "ready" }],
    });
    expect(change(id)?.type).toBe("message.received");
  });
});

describe("what happens around the messages", () => {
  it.each([
    ["renames the group", renameGroup, { name: "Climbers" }, { action: "renamed", name: "Climbers" }],
    ["takes its name away", renameGroup, { name: null }, { action: "name_removed" }],
    ["adds somebody", addParticipant, { address: SAM_AGAIN }, { action: "member_added", handle: SAM_AGAIN }],
    ["removes somebody", removeParticipant, { address: SAM }, { action: "member_removed", handle: SAM }],
    ["leaves", leaveGroup, {}, { action: "member_left", handle: MAYA }],
    ["sets a photo", setGroupPhoto, { photo: picture }, { action: "photo_set" }],
    ["removes the photo", removeGroupPhoto, {}, { action: "photo_removed" }],
    ["sets a background", setBackground, {}, { action: "background_set" }],
    ["removes the background", removeBackground, {}, { action: "background_removed" }],
  ] as const)("is a group change, when somebody %s", (_what, act, rest, expected) => {
    const reader = readMessages();
    const chat = group(reader);
    // Each case's own arguments go with its own function.
    const inserted = (act as (...all: unknown[]) => { id: number })(reader.messages.store, {
      chat,
      by,
      ...rest,
    });
    const change = { handle: null, name: null, ...expected };
    expect(reader.message(inserted.id)).toMatchObject({ kind: "group_change", groupChange: change });
    expect(toGroupChange(reader.row(inserted.id), reader.database)).toEqual({ change, by: MAYA });
    expect(reader.change(inserted.id)).toBeNull();
  });

  it("is a group change of this Mac's owner, by nobody else", () => {
    const reader = readMessages();
    const { id } = renameGroup(reader.messages.store, { chat: group(reader), by: "me", name: "Climbers" });
    expect(toGroupChange(reader.row(id), reader.database)).toMatchObject({ by: null });
  });

  it("is a number that changed", () => {
    const reader = readMessages();
    const chat = group(reader);
    const { id } = changeNumber(reader.messages.store, { chat, from: SAM, to: SAM_AGAIN });
    expect(reader.message(id).groupChange).toMatchObject({ action: "number_changed" });
  });

  it("is a change without a name, for a number that is not known yet", () => {
    const reader = readMessages();
    const { id } = leaveGroup(reader.messages.store, { chat: group(reader), by });
    reader.messages.sql("UPDATE message SET group_action_type = 77 WHERE ROWID = ?", id);
    expect(reader.message(id)).toMatchObject({ kind: "group_change", groupChange: null });
    expect(toGroupChange(reader.row(id), reader.database)).toBeNull();
  });

  it("is sharing a location, SharePlay and keeping a voice message", () => {
    const { messages, message, change } = readMessages();
    const { store } = messages;
    const chat = messages.chatWith(MAYA);
    const started = shareLocation(store, { chat, by });
    const stopped = shareLocation(store, { chat, by, stop: true });
    const play = startSharePlay(store, { chat, by });
    const { guid } = receiveMessage(store, { chat, from: MAYA, ...voiceNote() });
    const kept = keepAudio(store, { chat, by: "me", guid });
    expect(message(started.id)).toMatchObject({
      kind: "location",
      app: { name: "Find My", summary: "Started sharing location" },
    });
    expect(message(stopped.id).app?.summary).toBe("Stopped sharing location");
    expect(message(play.id).kind).toBe("shareplay");
    expect(message(kept.id).kind).toBe("audio_kept");
    for (const { id } of [started, play, kept]) expect(change(id)).toBeNull();
  });
});

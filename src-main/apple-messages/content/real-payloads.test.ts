import { describe, expect, it } from "vitest";
import { realSamples, sampleBytes } from "../decoding/testing/samples.ts";
import type { MessageRow } from "../message-row.ts";
import { readAppBalloon } from "./app.ts";
import { readEdits } from "./edits.ts";
import { kindOf } from "./kind.ts";
import { readLinkPreview } from "./link.ts";
import { pollAsItStands, readPollItem } from "./poll.ts";
import { readMessages } from "./testing/reader.ts";
import { readText } from "./text.ts";

const samples = new Map(realSamples().map((sample) => [sample.file, sample]));

/** A row as real ones are, with these bytes in it. */
function rowWith(columns: Partial<MessageRow>): MessageRow {
  const { messages, row } = readMessages();
  const { id } = messages.receive("x");
  return { ...row(id), text: null, attributed_body: null, ...columns };
}

function bytesOf(file: string): Buffer {
  return sampleBytes({ file });
}

const PLUGIN = "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:";

describe.skipIf(samples.size === 0)("what real Messages wrote", () => {
  it.each([
    ["Sent265", "com.apple.PassbookUIService.PeerPaymentMessagesExtension", "Sent $265 with Apple Pay."],
    ["CheckinEnded", "com.apple.SafetyMonitorApp.SafetyMonitorMessages", "Check In: Ended"],
    ["FindMy", "com.apple.findmy.FindMyMessagesApp", "Find My: Started Sharing Location"],
    ["Game", "com.gamerdelights.gamepigeon.ext", "GamePigeon: Dots & Boxes, Your move."],
    ["Business", "com.apple.messages.business.extension", "Business: Yes, connect me with Goldman Sachs."],
    [
      "BusinessFormRequest",
      "com.apple.messages.business.extension",
      "Business: Report an Issue, Tap to get started",
    ],
  ])("is one sentence: %s", (name, bundle, summary) => {
    const row = rowWith({ balloon: PLUGIN + bundle, payload: bytesOf(`app_message/${name}.plist`) });
    expect(kindOf(row)).toBe("app");
    expect(readAppBalloon(row, "app", null)).toMatchObject({ bundleId: bundle, summary });
  });

  it.each([
    [
      "url_message/MetadataURL.plist",
      { url: "https://chrissardegna.com", title: "Christopher Sardegna", summary: "Sample page description" },
    ],
    ["music_message/AppleMusicLyrics.plist", { title: "Another Chapter", summary: "Dual Core" }],
    ["shared_placemark/SharedPlacemark.plist", { title: "Cherry Cove Avalon CA 90704 United States" }],
  ])("is a preview: %s", (file, expected) => {
    expect(readLinkPreview(bytesOf(file))).toMatchObject({ isPlaceholder: false, ...expected });
  });

  it("is a poll and the votes for it", () => {
    const poll = readPollItem(bytesOf("app_message/PollCreate.plist"));
    const votes = ["PollVote", "PollVote2"].map((name) => readPollItem(bytesOf(`app_message/${name}.plist`)));
    expect(poll?.options.map(({ text }) => text)).toEqual(["Option 1", "Option 2", "Option 3", "Option 4"]);
    if (poll === null) return;
    const answers = votes.flatMap((item, at) =>
      item === null ? [] : [{ kind: "poll_vote" as const, item, sender: `voter ${at}`, isFromMe: false }],
    );
    const stands = pollAsItStands(poll, answers);
    const texts = new Map(stands.options.map(({ id, text }) => [id, text]));
    expect(stands.votes.map(({ option, handle }) => [handle, texts.get(option)])).toEqual([
      ["voter 0", "Option 2"],
      ["voter 1", "Option 1"],
      ["voter 1", "Option 2"],
    ]);
  });

  it("is a sketch", () => {
    const payload = bytesOf("digital_touch_message/sketch.bin");
    const row = rowWith({ balloon: "com.apple.DigitalTouchBalloonProvider", payload });
    expect(readAppBalloon(row, kindOf(row), null).summary).toBe("Digital Touch: a sketch");
  });

  it.each([
    ["edited_message/Deleted.plist", { isUnsent: true, unsentParts: [0], edits: [] }],
    ["edited_message/EditedToLink.plist", { isUnsent: false, edits: [{ part: 1, versions: [{}, {}] }] }],
    ["edited_message/EditedAndUnsent.plist", { isUnsent: false, unsentParts: [3], edits: [{ part: 2 }] }],
    ["beeper/partial_leading_unsends.summary.plist", { isUnsent: false, unsentParts: [0, 1], edits: [] }],
  ])("is what became of a message: %s", (file, expected) => {
    const row = rowWith({ summary: bytesOf(file), edited_at: 1, part_count: 1 });
    expect(readEdits(row)).toMatchObject(expected);
  });

  it("is a code, and what the detectors found", () => {
    expect(readText(rowWith({ attributed_body: bytesOf("typedstream/Code") }))).toMatchObject({
      oneTimeCode: "000123",
      detections: [{ start: 0, length: 6, kind: "AuthCode", value: "000123" }],
    });
    const read = readText(rowWith({ attributed_body: bytesOf("typedstream/35123") }));
    expect(read.links).toEqual([{ start: 0, length: 10, url: "tel:0123456789" }]);
    expect(read.detections).toEqual([{ start: 0, length: 10, kind: "PhoneNumber", value: "0123456789" }]);
    expect(read.styles.map(({ style }) => style)).toEqual(
      expect.arrayContaining(["big", "small", "shake", "nod", "explode", "ripple", "bloom", "jitter"]),
    );
  });

  it("always lies within the body", () => {
    for (const sample of samples.values()) {
      if (sample.kind !== "typedstream") continue;
      const body = sampleBytes(sample);
      const read = readText({ attributed_body: body, text: null, balloon: null, associated_type: 0 });
      for (const { start, length } of [...read.mentions, ...read.links, ...read.styles, ...read.detections]) {
        expect(start + length).toBeLessThanOrEqual(read.body?.length ?? 0);
      }
    }
  });
});

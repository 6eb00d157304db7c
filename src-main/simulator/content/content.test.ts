import { describe, expect, it } from "vitest";
import { z } from "zod";
import { PlistUid, readBinaryPlist } from "../binary-plist.ts";
import { encodeDetection } from "../detection.ts";
import { ArchivedObject, keyedArchive } from "../keyed-archive.ts";
import {
  addPollOption,
  applePay,
  checkIn,
  createPoll,
  ensureDirect,
  fillLinkPreview,
  findMy,
  game,
  linkPreview,
  type MessageDraft,
  oneTimeCode,
  receiveMessage,
  type Store,
  styled,
  voiceNote,
  votePoll,
} from "../message-store.ts";
import { rowOf, temporaryStore } from "../testing/temporary-store.ts";

const MAYA = "+15550111";
const archive = z.object({
  $archiver: z.literal("NSKeyedArchiver"),
  $version: z.literal(100_000),
  $top: z.record(z.string(), z.instanceof(PlistUid)),
  $objects: z.array(z.unknown()),
});

/** Follows the references of an archive; classes become `_`. */
function unarchive(bytes: unknown, root = "root"): unknown {
  const { $top, $objects } = archive.parse(readBinaryPlist(z.instanceof(Buffer).parse(bytes)));
  const follow = (value: unknown): unknown => {
    if (value instanceof PlistUid) return value.index === 0 ? null : follow($objects[value.index]);
    if (Array.isArray(value)) return value.map(follow);
    if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return value;
    const { $class, ...fields } = z.record(z.string(), z.unknown()).parse(value);
    const held = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, follow(field)]));
    const keys = held["NS.keys"];
    const objects = held["NS.objects"];
    if (Array.isArray(keys) && Array.isArray(objects))
      return Object.fromEntries(keys.map((key, n) => [String(key), objects[n]]));
    if ($class === undefined) return held;
    const { $classname } = z.object({ $classname: z.string() }).parse(follow($class));
    return { _: $classname, ...held };
  };
  return follow($top[root]);
}

function received(store: Store, content: Partial<MessageDraft>): Record<string, unknown> {
  return rowOf(
    store,
    receiveMessage(store, { chat: ensureDirect(store, MAYA), from: MAYA, ...content }).guid,
  );
}

it("archives objects, dictionaries, lists, and equal strings once", () => {
  const bytes = keyedArchive(
    new ArchivedObject(["Thing", "NSObject"], {
      name: "same",
      list: ["same", null, 2 ** 33, true, Buffer.from([1])],
      id: { uuid: "5E5A5125-D530-42E1-8F7F-1943614E0016" },
      place: { url: "https://example.com" },
    }),
  );
  expect(unarchive(bytes)).toEqual({
    _: "Thing",
    name: "same",
    list: {
      _: "NSArray",
      "NS.objects": ["same", null, 2 ** 33, true, { _: "NSMutableData", "NS.data": Buffer.from([1]) }],
    },
    id: { _: "NSUUID", "NS.uuidbytes": Buffer.from("5e5a5125d53042e18f7f1943614e0016", "hex") },
    place: { _: "NSURL", "NS.base": null, "NS.relative": "https://example.com" },
  });
  const { $objects } = archive.parse(readBinaryPlist(bytes));
  expect($objects.filter((object) => object === "same")).toHaveLength(1);
});

it("what detectors found is archived as they do it", () => {
  const bytes = encodeDetection("tomorrow at 5", { kind: "Date", value: "17:00" });
  const stored = z.object({ $top: z.record(z.string(), z.unknown()) }).parse(readBinaryPlist(bytes));
  expect(Object.keys(stored.$top)).toEqual(["dd-result", "version"]);
  expect(unarchive(bytes, "dd-result")).toMatchObject({ _: "DDScannerResult", T: "Date", V: "17:00", VN: 1 });
  const store = temporaryStore();
  const row = received(store, { text: styled({ text: "$15", detected: { kind: "Money" } }, " please") });
  const body = z.instanceof(Buffer).parse(row.attributedBody).toString("latin1");
  expect(body).toContain("__kIMMoneyAttributeName");
});

it("a link has a preview, at once or once it was fetched", () => {
  const store = temporaryStore();
  const url = "https://example.com/cabin";
  const row = received(store, linkPreview({ url, placeholder: true }));
  expect(row).toMatchObject({ balloon_bundle_id: "com.apple.messages.URLBalloonProvider" });
  const nsUrl = { _: "NSURL", "NS.base": null, "NS.relative": url };
  expect(unarchive(row.payload_data)).toMatchObject({ _: "RichLink", richLinkIsPlaceholder: true });
  fillLinkPreview(store, { id: Number(row.ROWID) }, { url, title: "The cabin", siteName: "Example" });
  expect(unarchive(rowOf(store, String(row.guid)).payload_data)).toEqual({
    _: "RichLink",
    richLinkIsPlaceholder: false,
    richLinkMetadata: {
      _: "LPLinkMetadata",
      version: 1,
      URL: nsUrl,
      originalURL: nsUrl,
      title: "The cabin",
      siteName: "Example",
    },
  });
  expect(received(store, linkPreview({ url, withoutBundle: true })).balloon_bundle_id).toBeNull();
});

it("apps bring a balloon with their name and words", () => {
  const store = temporaryStore();
  const session = "00000000-0000-4000-8000-000000000001";
  const told = [
    applePay({ amount: "$12.50" }),
    checkIn({ words: "Check In: Arrived", at: Date.UTC(2026, 0, 1) }),
    findMy(),
    game({ name: "Four", words: "Your move.", session }),
  ].map((content) => received(store, content));
  expect(told.map((row) => unarchive(row.payload_data))).toMatchObject([
    { an: "Apple Pay", ldtext: "Sent $12.50 with Apple Pay.", userInfo: { subcaption: "$12.50 Payment" } },
    { an: "Check In", userInfo: { caption: "Check In: Arrived" } },
    { an: "Find My", ldtext: "Started Sharing Location" },
    { an: "Four", userInfo: { caption: "Your move." }, appid: 1_000_000_001 },
  ]);
  expect(told[0]?.balloon_bundle_id).toMatch(/:0000000000:.*PeerPaymentMessagesExtension$/);
});

describe("polls", () => {
  const item = (row: Record<string, unknown>): unknown => {
    const { URL } = z
      .object({ URL: z.object({ "NS.relative": z.string() }) })
      .parse(unarchive(row.payload_data));
    const [, encoded = ""] = /^data:,([\w-]+)/.exec(URL["NS.relative"]) ?? [];
    return JSON.parse(Buffer.from(encoded, "base64url").toString());
  };

  it("are asked, voted on, and get more options", () => {
    const store = temporaryStore();
    const chat = ensureDirect(store, MAYA);
    const poll = createPoll(store, { chat, by: { address: MAYA }, title: "When?", options: ["Fri", "Sat"] });
    const asked = rowOf(store, poll.guid);
    expect(asked).toMatchObject({ associated_message_guid: poll.guid, associated_message_type: 0n });
    expect(item(asked)).toMatchObject({
      version: 1,
      item: { title: "When?", orderedPollOptions: [{ text: "Fri" }, { text: "Sat" }] },
    });
    const options = poll.options.slice(1).map(({ id }) => id);
    const vote = rowOf(store, votePoll(store, { poll: poll.guid, by: "me", options }).guid);
    expect(vote).toMatchObject({
      associated_message_guid: poll.guid,
      associated_message_type: 4000n,
      is_from_me: 1n,
    });
    expect(item(vote)).toEqual({
      version: 1,
      item: { votes: [{ voteOptionIdentifier: options[0], participantHandle: "+15550100" }] },
    });
    const more = addPollOption(store, { poll: poll.guid, by: "me", text: "Sun" });
    votePoll(store, { poll: poll.guid, by: { address: MAYA }, options: ["Sun"] });
    expect(() => votePoll(store, { poll: poll.guid, by: "me", options: ["Mon"] })).toThrow(/Fri, Sat, Sun/);
    expect(rowOf(store, more.guid).associated_message_guid).toBe(poll.guid);
    expect(item(rowOf(store, more.guid))).toMatchObject({
      item: { orderedPollOptions: [{ text: "Fri" }, { text: "Sat" }, { text: "Sun" }] },
    });
  });
});

it("texts carry codes, effects and what was heard", () => {
  const store = temporaryStore();
  const code = received(store, oneTimeCode("G-123456 is your code", "123456"));
  const body = (row: Record<string, unknown>) =>
    z.instanceof(Buffer).parse(row.attributedBody).toString("latin1");
  expect(body(code)).toContain("__kIMOneTimeCodeAttributeName");
  expect(body(code)).toContain("displayCode");
  expect(() => oneTimeCode("nothing here", "1")).toThrow(/does not stand/);
  const big = received(store, { text: styled("Really ", { text: "big", effect: "big", style: "bold" }) });
  expect(body(big)).toContain("__kIMTextEffectAttributeName");
  const note = received(store, voiceNote("Call me back"));
  expect(note).toMatchObject({ is_audio_message: 1n });
  expect(body(note)).toContain("IMAudioTranscription");
  const info = store.database.prepare("SELECT user_info FROM attachment").pluck().get();
  expect(readBinaryPlist(z.instanceof(Buffer).parse(info))).toEqual({
    "audio-transcription": "Call me back",
  });
});

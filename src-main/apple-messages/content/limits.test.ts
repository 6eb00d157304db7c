import { describe, expect, it } from "vitest";
import { writeBinaryPlist } from "../../simulator/binary-plist.ts";
import { keyedArchive } from "../../simulator/keyed-archive.ts";
import { createPoll, receiveMessage, votePoll } from "../../simulator/message-store.ts";
import { encodeSummary, version } from "../../simulator/summary-info.ts";
import { encodeAttributedBody, type Run } from "../../simulator/typedstream-encoder.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { readMessages } from "./testing/reader.ts";
import { readText } from "./text.ts";

const MOST = 1_000;

function readRuns(runs: readonly Run[]) {
  const body = encodeAttributedBody(runs);
  return {
    bytes: body.length,
    ...readText({ attributed_body: body, text: null, balloon: null, associated_type: 0 }),
  };
}

/** Runs that have these attributes in turn with ones that have none. */
function everySecond(count: number, attributes: Run["attributes"]): Run[] {
  return Array.from({ length: count * 2 }, (_, at) => ({
    text: "a",
    attributes: at % 2 === 0 ? attributes : {},
  }));
}

describe("what a text is told as", () => {
  it.each([
    ["mentions", { __kIMMentionConfirmedMention: MAYA }],
    ["links", { __kIMLinkAttributeName: { url: "https://example.com" } }],
    ["styles", { __kIMTextBoldAttributeName: 1 }],
  ] as const)("has 1,000 %s at most", (list, attributes) => {
    expect(readRuns(everySecond(MOST, attributes))[list].length).toBeLessThanOrEqual(MOST);
    expect(readRuns(everySecond(MOST + 500, { __kIMTextBoldAttributeName: 1 })).styles).toHaveLength(MOST);
    expect(readRuns(everySecond(100, attributes))[list]).toHaveLength(100);
  });

  it("leaves out an address and a handle over 4,096 characters, and keeps the rest", () => {
    const url = `https://example.com/${"x".repeat(4_096)}`;
    const read = readRuns([
      { text: "long", attributes: { __kIMLinkAttributeName: { url } } },
      { text: "short", attributes: { __kIMLinkAttributeName: { url: url.slice(0, 4_096) } } },
      { text: "who", attributes: { __kIMMentionConfirmedMention: "9".repeat(4_097) } },
      { text: "file", attributes: { __kIMFileTransferGUIDAttributeName: "9".repeat(4_097) } },
    ]);
    expect(read.links).toEqual([{ start: 4, length: 5, url: url.slice(0, 4_096) }]);
    expect([read.mentions, read.files, read.body]).toEqual([[], [], "longshortwhofile"]);
  });

  it("is a small multiple of what came, also where one address stands behind many words", () => {
    const url = `https://example.com/${"x".repeat(300)}`;
    const read = readRuns(everySecond(100, { __kIMLinkAttributeName: { url } }));
    const told = read.links.reduce((sum, link) => sum + link.url.length, 0);
    expect(told).toBeLessThanOrEqual(16_384 + read.bytes * 4);
    expect(read.links.length).toBeGreaterThan(50);
    expect(read.links.length).toBeLessThan(100);
  });

  it("has 1,000 parts at most, and loses no word", () => {
    const runs = Array.from({ length: 1_500 }, (_, part) => ({
      text: "a",
      attributes: { __kIMMessagePartAttributeName: part },
    }));
    const { parts, body } = readRuns(runs);
    expect(parts).toHaveLength(MOST);
    expect(parts.map(({ text }) => text).join("")).toBe(body);
  });

  it("keeps a U+FFFD that somebody wrote, and takes an app's away", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("caf\ufffd");
    expect(message(id)).toMatchObject({ body: "caf\ufffd", parts: [{ text: "caf\ufffd" }] });
    messages.sql("UPDATE message SET attributedBody = NULL, text = ?", "caf\ufffd");
    expect(message(id).body).toBe("caf\ufffd");
    messages.sql("UPDATE message SET associated_message_type = 3");
    expect(message(id).body).toBe("caf");
    messages.sql("UPDATE message SET associated_message_type = 0, balloon_bundle_id = 'com.example.app'");
    expect(message(id).body).toBe("caf");
  });
});

describe("an edited message", () => {
  const body = (text: string): Buffer => encodeAttributedBody([{ text, attributes: {} }]);
  function edited(ec: Parameters<typeof encodeSummary>[0]["ec"]) {
    const { messages, message } = readMessages();
    const { id } = messages.receive("x");
    const summary = encodeSummary({ otr: {}, ec, rp: [] });
    messages.sql("UPDATE message SET date_edited = date, message_summary_info = ?", summary);
    return { edits: message(id).edits, bytes: summary.length };
  }
  const versions = (count: number, text: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => version(body(text(at)), 1_700_000_000_000 + at));

  it("has the last 100 versions of 200 parts", () => {
    const { edits } = edited({ 0: versions(100, (at) => `version ${at}`) });
    expect(edits[0]?.versions.map((one) => one.body)).toEqual(
      Array.from({ length: 100 }, (_, at) => `version ${at}`),
    );
    const more = edited({ 0: versions(130, (at) => `version ${at}`) }).edits;
    expect(more[0]?.versions.length ?? 0).toBeLessThanOrEqual(100);
    const one = versions(1, () => "v");
    const parts = edited(Object.fromEntries(Array.from({ length: 250 }, (_, part) => [part, one]))).edits;
    expect(parts.map(({ part }) => part)).toEqual(Array.from({ length: 200 }, (_, part) => part));
  });

  it("has 1 MB of text at most: the oldest versions go first", () => {
    const { edits } = edited({
      0: versions(12, (at) => String(at % 10).repeat(100_000)),
      1: versions(2, () => "short"),
    });
    expect(edits.map(({ versions }) => versions.length)).toEqual([9, 2]);
    expect(edits[0]?.versions.at(-1)?.body?.[0]).toBe("1");
  });

  it("does not multiply a text that many versions share", () => {
    const shared = body("x".repeat(10_000));
    const { edits, bytes } = edited({
      0: Array.from({ length: 100 }, (_, at) => ({ t: shared, d: at })),
    });
    expect(JSON.stringify(edits).length).toBeLessThan(bytes * 20);
  });
});

describe("a translated message", () => {
  const translation = (text: string) => ({
    dictionary: { translatedText: text, translationLanguage: "fr_FR", sourceLanguage: "en_US" },
  });
  const summaryOf = (texts: readonly string[]): Buffer =>
    writeBinaryPlist({ tmp: keyedArchive({ dictionary: { 0: texts.map(translation) } }) });

  it("tells its translations, also when it was never edited", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("Hello");
    messages.sql("UPDATE message SET message_summary_info = ?", summaryOf(["Bonjour"]));
    expect(message(id)).toMatchObject({
      body: "Hello",
      edits: [],
      isUnsent: false,
      translations: [{ part: 0, text: "Bonjour", language: "fr_FR" }],
    });
  });

  it("tells 200 of them at most, and no more than a multiple of what came", () => {
    const { messages, message } = readMessages();
    const { id } = messages.receive("Hello");
    messages.sql("UPDATE message SET message_summary_info = ?", summaryOf(Array(300).fill("Bonjour")));
    expect(message(id).translations?.length).toBeLessThanOrEqual(200);
    const long = summaryOf(Array(20).fill("x".repeat(5_000)));
    messages.sql("UPDATE message SET message_summary_info = ?", long);
    expect(JSON.stringify(message(id).translations).length).toBeLessThan(long.length * 17);
  });
});

describe("a message's files", () => {
  it("are 500 at most", () => {
    const { messages, message } = readMessages();
    const files = [{ name: "cat.png", content: new Uint8Array([1]) }];
    const { id } = receiveMessage(messages.store, { chat: messages.chatWith(MAYA), from: MAYA, files });
    messages.store.database.transaction(() => {
      for (let number = 0; number < 600; number += 1) {
        messages.sql(
          "INSERT INTO attachment (guid, original_guid) VALUES (?, ?)",
          `F${number}`,
          `F${number}`,
        );
        messages.sql(
          "INSERT INTO message_attachment_join (message_id, attachment_id) SELECT ?, MAX(ROWID) FROM attachment",
          id,
        );
      }
    })();
    expect(message(id).attachments).toHaveLength(500);
  });
});

describe("a poll with damaged votes", () => {
  const by = { address: MAYA };

  it("counts no older vote of somebody whose last one cannot be read", () => {
    const { messages, message } = readMessages();
    const poll = createPoll(messages.store, { chat: messages.chatWith(MAYA), by, options: ["Pho"] });
    const vote = (at: number) =>
      votePoll(messages.store, { poll: poll.guid, by, options: ["Pho"], at: Date.now() + at });
    vote(1_000);
    expect(message(poll.id).poll?.votes).toHaveLength(1);
    const last = vote(2_000);
    messages.sql("UPDATE message SET payload_data = x'00' WHERE ROWID = ?", last.id);
    expect(message(poll.id).poll?.votes).toEqual([]);
  });

  it("looks no further after 50 that cannot be read", () => {
    const { messages, message } = readMessages();
    const poll = createPoll(messages.store, { chat: messages.chatWith(MAYA), by, options: ["Pho"] });
    const damaged = (count: number): void => {
      for (let number = 0; number < count; number += 1) {
        const voter = { address: `+1555${2_000_000 + number}` };
        messages.chatWith(voter.address);
        const at = Date.now() + 10_000;
        const { id } = votePoll(messages.store, { poll: poll.guid, by: voter, options: [], at });
        messages.sql("UPDATE message SET payload_data = x'00' WHERE ROWID = ?", id);
      }
    };
    votePoll(messages.store, { poll: poll.guid, by, options: ["Pho"], at: Date.now() + 1_000 });
    damaged(49);
    expect(message(poll.id).poll?.votes).toHaveLength(1);
    damaged(50);
    expect(message(poll.id).poll?.votes).toEqual([]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TEXT_STYLES } from "../../../src-shared/domain/text.ts";
import {
  genmoji,
  oneTimeCode,
  receiveMessage,
  styled,
  unsendMessage,
  voiceNote,
} from "../../simulator/message-store.ts";
import { encodeAttributedBody, type Run } from "../../simulator/typedstream-encoder.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { readMessages } from "./testing/reader.ts";
import { readText } from "./text.ts";

const bytes = new Uint8Array([1]);

/** A text of these runs, as it is read. */
function readRuns(runs: readonly Run[]) {
  return readText({
    attributed_body: encodeAttributedBody(runs),
    text: null,
    balloon: null,
    associated_type: 0,
  });
}

describe("parts", () => {
  it("are the bubbles of a message, with the file that each one is", () => {
    const { messages, message } = readMessages();
    const files = [
      { name: "cat.png", content: bytes },
      { name: "dog.png", content: bytes },
    ];
    const { id, guid } = receiveMessage(messages.store, {
      chat: messages.chatWith(MAYA),
      from: MAYA,
      text: "my animals",
      files,
    });
    expect(message(id)).toMatchObject({
      body: "my animals",
      parts: [
        { index: 0, text: null, attachment: `at_0_${guid}` },
        { index: 1, text: null, attachment: `at_1_${guid}` },
        { index: 2, text: "my animals", attachment: null },
      ],
    });
  });

  it("keep their numbers when another one is unsent", () => {
    const { messages, message } = readMessages();
    const files = [{ name: "cat.png", content: bytes }];
    const chat = messages.chatWith(MAYA);
    const { id, guid } = receiveMessage(messages.store, { chat, from: MAYA, text: "my cat", files });
    unsendMessage(messages.store, { guid, part: 0 });
    expect(message(id)).toMatchObject({
      parts: [{ index: 1, text: "my cat", attachment: null }],
      unsentParts: [0],
      isUnsent: false,
    });
  });

  it("have no genmoji of their own, but for one that stands alone", () => {
    const { messages, message } = readMessages();
    const draft = { chat: messages.chatWith(MAYA), from: MAYA, files: [genmoji("an otter")] };
    const within = receiveMessage(messages.store, { ...draft, text: "look" });
    const alone = receiveMessage(messages.store, draft);
    expect(message(within.id)).toMatchObject({
      body: "look",
      parts: [{ index: 0, text: "look", attachment: null }],
      attachments: [{ description: "an otter" }],
    });
    expect(message(alone.id)).toMatchObject({
      body: null,
      parts: [{ index: 0, text: null, attachment: `at_0_${alone.guid}` }],
    });
  });

  it("are told by the placeholders where the text column is all there is", () => {
    const { messages, message } = readMessages({ macos: 13 });
    const files = [{ name: "cat.png", content: bytes }];
    const chat = messages.chatWith(MAYA);
    const { id, guid } = receiveMessage(messages.store, { chat, from: MAYA, text: "my cat", files });
    messages.sql("UPDATE message SET attributedBody = NULL WHERE ROWID = ?", id);
    expect(message(id).parts).toEqual([
      { index: 0, text: null, attachment: `at_0_${guid}` },
      { index: 1, text: "my cat", attachment: null },
    ]);
  });
});

describe("attachments", () => {
  it("stand in the order of the text, not in that of their rows", () => {
    const { messages, message } = readMessages();
    const files = ["one", "two", "three"].map((name) => ({ name: `${name}.png`, content: bytes }));
    const { id, guid } = receiveMessage(messages.store, {
      chat: messages.chatWith(MAYA),
      from: MAYA,
      files,
    });
    // The last row is the file that stands first.
    messages.sql("UPDATE attachment SET guid = guid || '-'");
    messages.sql("UPDATE attachment SET guid = ? WHERE ROWID = 3", `at_0_${guid}`);
    messages.sql("UPDATE attachment SET guid = ? WHERE ROWID = 1", `at_2_${guid}`);
    messages.sql("UPDATE attachment SET guid = ? WHERE ROWID = 2", `at_1_${guid}`);
    expect(message(id).attachments.map(({ name }) => name)).toEqual(["three.png", "two.png", "one.png"]);
  });
});

describe("what stands in a text", () => {
  it("is mentions, links, styles and a code, each at its place in the body", () => {
    const { messages, message } = readMessages();
    const chat = messages.chatWith(MAYA);
    const text = styled(
      "Hi ",
      { text: "Sam", mention: "+15550112" },
      ", ",
      { text: "see", style: "bold" },
      " ",
      { text: "this", link: "https://example.com/a" },
      " ",
      { text: "now", effect: "shake" },
    );
    const files = [{ name: "cat.png", content: bytes }];
    const { id } = receiveMessage(messages.store, { chat, from: MAYA, text, files });
    const read = message(id);
    const said = ({ start, length }: { start: number; length: number }) =>
      read.body?.slice(start, start + length);
    expect(read.body).toBe("Hi Sam, see this now");
    expect(read.mentions.map((one) => [said(one), one.handle])).toEqual([["Sam", "+15550112"]]);
    expect(read.links.map((one) => [said(one), one.url])).toEqual([["this", "https://example.com/a"]]);
    expect(read.styles.map((one) => [said(one), one.style])).toEqual([
      ["see", "bold"],
      ["now", "shake"],
    ]);
    const code = oneTimeCode("Your code is 123-456.", "123456");
    expect(message(receiveMessage(messages.store, { chat, from: MAYA, ...code }).id).oneTimeCode).toBe(
      "123456",
    );
  });

  it("is one stretch though other attributes change within it", () => {
    const link = { __kIMLinkAttributeName: { url: "tel:123456" } };
    const bold = { __kIMTextBoldAttributeName: 1 };
    const read = readRuns([
      { text: "12", attributes: link },
      { text: "34", attributes: { ...link, ...bold } },
      { text: "56", attributes: { ...link, ...bold } },
      { text: "78", attributes: bold },
    ]);
    expect(read.links).toEqual([{ start: 0, length: 6, url: "tel:123456" }]);
    expect(read.styles).toEqual([{ start: 2, length: 6, style: "bold" }]);
  });

  it("is nothing that is not what it should be", () => {
    const read = readRuns([
      {
        text: "hello",
        attributes: {
          __kIMMentionConfirmedMention: 7,
          __kIMLinkAttributeName: 1,
          __kIMTextEffectAttributeName: 77,
          __kIMTextBoldAttributeName: 0,
          __kIMDataDetectedAttributeName: { data: new Uint8Array([1, 2, 3]) },
          __kIMMoneyAttributeName: "money",
          __kIMOneTimeCodeAttributeName: "123",
          __kIMMessagePartAttributeName: -5,
        },
      },
    ]);
    expect(read).toEqual({
      body: "hello",
      parts: [{ index: 0, text: "hello", attachment: null }],
      mentions: [],
      links: [],
      styles: [],
      detections: [],
      oneTimeCode: null,
      transcription: null,
      files: [],
    });
  });

  it("always lies within the body, whatever stands between", () => {
    const attribute = fc.constantFrom<Run["attributes"]>(
      {},
      { __kIMMentionConfirmedMention: "+15550112" },
      { __kIMLinkAttributeName: { url: "https://example.com" } },
      { __kIMTextBoldAttributeName: 1 },
      { __kIMTextEffectAttributeName: 5 },
      { __kIMFileTransferGUIDAttributeName: "FILE" },
    );
    const number = fc.constantFrom<Run["attributes"]>(
      {},
      { __kIMMessagePartAttributeName: 0 },
      { __kIMMessagePartAttributeName: 3 },
    );
    const text = fc.string({ unit: fc.constantFrom("a", " ", "\ufffc", "\ufffd", "é", "👋🏽", "\n") });
    const run = fc
      .tuple(text, attribute, attribute, number)
      .map(([text, one, other, part]) => ({ text, attributes: { ...one, ...other, ...part } }));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 12 }), (runs) => {
        const { body, parts, mentions, links, styles } = readRuns(runs);
        for (const { start, length } of [...mentions, ...links, ...styles]) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThan(0);
          expect(start + length).toBeLessThanOrEqual(body?.length ?? 0);
          expect(body?.slice(start, start + length)).not.toContain("\ufffc");
        }
        for (const { style } of styles) expect(TEXT_STYLES).toContain(style);
        const said = parts.map((part) => part.text ?? "").join("");
        expect([...said].toSorted().join("")).toBe([...(body ?? said)].toSorted().join(""));
      }),
    );
  });
});

describe("a voice message", () => {
  it("has the words that Messages heard", () => {
    const { messages, message } = readMessages();
    const draft = { chat: messages.chatWith(MAYA), from: MAYA };
    const heard = receiveMessage(messages.store, { ...draft, ...voiceNote("see you at eight") });
    const unheard = receiveMessage(messages.store, { ...draft, ...voiceNote() });
    expect(message(heard.id)).toMatchObject({
      kind: "audio",
      body: null,
      transcription: "see you at eight",
      attachments: [{ description: "see you at eight", state: "ready", uti: "com.apple.coreaudio-format" }],
    });
    expect(message(unheard.id)).toMatchObject({ kind: "audio", transcription: null });
  });

  it("has them also where only its file knows them", () => {
    const { messages, message } = readMessages();
    const draft = { chat: messages.chatWith(MAYA), from: MAYA };
    const { id } = receiveMessage(messages.store, { ...draft, ...voiceNote("see you at eight") });
    messages.sql("UPDATE message SET attributedBody = NULL");
    expect(message(id).transcription).toBe("see you at eight");
  });
});

import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { openChatDatabase } from "../../apple-messages/connection.ts";
import { toMessage } from "../../apple-messages/row-to-domain.ts";
import { outgoing } from "../../testing/sample-changes.ts";
import { sampleOutboxPart } from "../../testing/sample-outbox-part.ts";
import { simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { partOf } from "./match.ts";
import type { Awaited, OutboxPart } from "./outbox-item.ts";

const CHAT = "any;-;+15550111";

function awaited(content: string, fields: Partial<OutboxPart> = {}, chat = CHAT): Awaited {
  const part: OutboxPart = sampleOutboxPart({
    content,
    sizeBytes: 0,
    state: "dispatching",
    mayHaveLeft: true,
    dispatchedAt: 1,
    afterRowId: 10,
    afterGuid: "BEFORE",
    ...fields,
  });
  const given = part.dispatchedAt ?? 0;
  const until = part.state === "dispatching" ? Number.POSITIVE_INFINITY : given + 120_000;
  return { part, chat, replyTo: null, dates: { from: given - 2_000, until }, soon: given + 120_000 };
}

const row = (body: string | null, fields = {}) =>
  outgoing({ rowId: 11, body, conversationIds: [CHAT], ...fields });

describe("a row of our own", () => {
  it("belongs to the part with its text in its chat", () => {
    const mine = awaited("hi");
    expect(partOf(row("hi"), [awaited("other"), mine])).toBe(mine.part);
  });

  it("belongs to the last of equal parts that was given before it was written", () => {
    const [first, second] = [awaited("hi", { dispatchedAt: 1_000 }), awaited("hi", { dispatchedAt: 2_000 })];
    expect(partOf(row("hi", { at: 1_500 }), [first, second])).toBe(first.part);
    expect(partOf(row("hi", { at: 2_500 }), [first, second])).toBe(second.part);
    expect(partOf(row("hi", { at: 500 }), [first, second])).toBe(first.part);
  });

  it("belongs to one that was given up only when no other would do", () => {
    const givenUp = awaited("hi", { state: "unknown", dispatchedAt: 100_000 });
    const waiting = awaited("hi");
    expect(partOf(row("hi", { at: 160_000 }), [waiting, givenUp])).toBe(waiting.part);
    expect(partOf(row("hi", { at: 160_000 }), [givenUp])).toBe(givenUp.part);
  });

  it("belongs to none that was given up when it was written long after", () => {
    const givenUp = awaited("hi", { state: "unknown", dispatchedAt: 100_000 });
    expect(partOf(row("hi", { at: 100_000 + 30 * 60_000 }), [givenUp])).toBeNull();
  });

  it.each([
    ["it was there before the part was given to Messages", row("hi", { rowId: 10 }), awaited("hi")],
    ["the part has its row already", row("hi"), awaited("hi", { messageGuid: "OTHER" })],
    ["it is in another chat", row("hi", { conversationIds: ["any;-;+15550112"] }), awaited("hi")],
    ["it is in no chat", row("hi", { conversationIds: [] }), awaited("hi")],
    ["it says something else", row("hi!"), awaited("hi")],
    ["it has no text", row(null), awaited("hi")],
    [
      "it is in the group of the same name",
      row("hi", { conversationIds: ["any;+;+15550111"] }),
      awaited("hi"),
    ],
  ])("belongs to nobody when %s", (_why, outgoingRow, waiting) => {
    expect(partOf(outgoingRow, [waiting])).toBeNull();
  });

  it.each([
    ["another service", "iMessage;-;+15550111"],
    ["the country left out", "any;-;5550111"],
    ["the plus left out", "any;-;15550111"],
  ])("is found under %s", (_what, chat) => {
    expect(partOf(row("hi"), [awaited("hi", {}, chat)])).not.toBeNull();
  });

  it("is found though Messages ended its lines otherwise", () => {
    expect(partOf(row("hello\nworld"), [awaited("hello\r\nworld")])).not.toBeNull();
  });

  it("is found though Messages composed its accents and dropped spaces at its ends", () => {
    expect(partOf(row("caf\u00e9"), [awaited("  cafe\u0301\n")])).not.toBeNull();
  });

  it("that is late belongs to the one given up that was given before it, rather than to one given since", () => {
    const givenUp = awaited("hi", { state: "unknown", dispatchedAt: 100_000 });
    const newer = awaited("hi", { dispatchedAt: 170_000 });
    expect(partOf(row("hi", { at: 110_000 }), [newer, givenUp])).toBe(givenUp.part);
    expect(partOf(row("hi", { at: 170_500 }), [newer, givenUp])).toBe(newer.part);
  });

  it("is not taken when it was written before the part was given to Messages, by a clock that nobody set", () => {
    const waiting = awaited("hi", { dispatchedAt: 1_000_000 });
    expect(partOf(row("hi", { at: 1_000_000 - 2_000 }), [waiting])).toBe(waiting.part);
    expect(partOf(row("hi", { at: 1_000_000 - 2_001 }), [waiting])).toBeNull();
  });

  it("in another chat.db is known by its date, not by its ROWID", () => {
    const waiting = { ...awaited("hi", { dispatchedAt: 100_000, afterRowId: 500 }), isOtherFile: true };
    expect(partOf(row("hi", { at: 100_500 }), [waiting])).toBe(waiting.part);
    expect(partOf(row("hi", { at: 90_000 }), [waiting])).toBeNull();
  });
});

describe("a row that answers a message", () => {
  const answer = (guid: string) => row("yes", { replyTo: { guid, part: 0 } });
  const asked = { ...awaited("yes"), replyTo: "ASKED" };
  const plain = awaited("yes");

  it("belongs to the part that was to answer it, and to no other", () => {
    expect(partOf(answer("ASKED"), [plain, asked])).toBe(asked.part);
    expect(partOf(answer("OTHER"), [plain, asked])).toBeNull();
  });

  it("is missed: a row that answers nothing belongs to a plain part first, and to it all the same", () => {
    expect(partOf(row("yes"), [asked, plain])).toBe(plain.part);
    expect(partOf(row("yes"), [asked])).toBe(asked.part);
  });
});

describe("a row with a file", () => {
  const withFile = (name: string | null, sizeBytes: number | null = 10) =>
    row(null, { attachments: [{ guid: "A", path: null, name, mimeType: null, sizeBytes }] });
  const file = (path: string, sizeBytes = 10) =>
    awaited(path, { kind: "file", name: path.split("/").at(-1) ?? "", sizeBytes });

  it("belongs to the part whose file has its name", () => {
    const cat = file("/staged/1/cat.png");
    expect(partOf(withFile("cat.png"), [awaited("x"), cat])).toBe(cat.part);
    expect(partOf(withFile("cat.png"), [file("/staged/1/dog.png")])).toBeNull();
    expect(partOf(withFile(null), [cat])).toBeNull();
  });

  it("belongs, of equal names, to the one of its size", () => {
    const [small, large] = [file("/staged/1/cat.png", 10), file("/staged/2/cat.png", 20)];
    expect(partOf(withFile("cat.png", 10), [small, large])).toBe(small.part);
    expect(partOf(withFile("cat.png", 20), [small, large])).toBe(large.part);
  });

  it.each([
    ["Messages has not written its size yet", withFile("cat.png", null)],
    ["Messages made it smaller", withFile("cat.png", 7)],
    ["Messages converted it", withFile("cat.jpeg", 7)],
    ["its name is composed otherwise", withFile("cat.png".normalize("NFD"))],
  ])("is found though %s", (_what, found) => {
    expect(partOf(found, [file("/staged/1/cat.png")])).not.toBeNull();
  });

  it("belongs to the file that went as it is, rather than to one that may have been converted", () => {
    const [converted, same] = [file("/staged/1/cat.heic"), file("/staged/2/cat.jpeg")];
    expect(partOf(withFile("cat.jpeg"), [same, converted])).toBe(same.part);
  });
});

it("whatever is written finds its row again", () => {
  const messages = simulatedMessages(temporaryFolder());
  const reader = openChatDatabase(messages.path);
  onTestFinished(() => reader.close());
  const texts = fc
    .string({ unit: "binary", minLength: 1 })
    .filter((text) => text.isWellFormed() && text.replaceAll(/[\ufffc\ufffd]/g, "").trim() !== "");
  fc.assert(
    fc.property(texts, (text) => {
      const { id } = messages.send(text);
      const found = reader.messages.byRowId(id);
      if (found === null) throw new Error("no row");
      const message = toMessage(found, reader);
      expect(
        partOf({ message, settled: true, lost: false }, [awaited(text, { afterRowId: id - 1 })]),
      ).not.toBeNull();
    }),
    { numRuns: 200, examples: [["caf\ufffd"], ["a\ufffcb"], ["\u00a0x\u00a0"]] },
  );
});

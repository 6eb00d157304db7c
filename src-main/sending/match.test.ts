import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { openChatDatabase } from "../apple-messages/connection.ts";
import { toMessage } from "../apple-messages/row-to-domain.ts";
import { outgoing } from "../testing/sample-changes.ts";
import { simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { partOf } from "./match.ts";
import type { Awaited, OutboxPart } from "./outbox-item.ts";

const CHAT = "any;-;+15550111";

function awaited(content: string, fields: Partial<OutboxPart> = {}, chat = CHAT): Awaited {
  const part: OutboxPart = {
    itemId: "out_1",
    position: 0,
    kind: "text",
    content,
    state: "dispatching",
    dispatchedAt: 1,
    afterRowId: 10,
    messageGuid: null,
    messageRowId: null,
    ...fields,
  };
  return { part, chat };
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

  it("is found though Messages composed its accents and dropped spaces at its ends", () => {
    expect(partOf(row("caf\u00e9"), [awaited("  cafe\u0301\n")])).not.toBeNull();
  });

  it("with a file belongs to the part whose file has its name", () => {
    const attachments = [{ guid: "A", path: null, name: "cat.png", mimeType: null, sizeBytes: null }];
    const file = awaited("/staged/1/cat.png", { kind: "file" });
    expect(partOf(row(null, { attachments }), [awaited("x"), file])).toBe(file.part);
    expect(partOf(row(null, { attachments }), [awaited("/staged/1/dog.png", { kind: "file" })])).toBeNull();
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

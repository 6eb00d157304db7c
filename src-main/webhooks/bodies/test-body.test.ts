import { describe, expect, it } from "vitest";
import { testBody, testEventId } from "./test-body.ts";

const webhook = { id: "wh_1", url: "https://example.com/hook" };
const SENTENCE = "This is a test from Bellhop: what happens in Messages will arrive here.";

describe("a test", () => {
  it("is an event of its own kind, without a place in the journal", () => {
    expect(JSON.parse(testBody("bellhop", webhook, 1_700_000_000_999))).toEqual({
      type: "webhook.test",
      data: { webhook_id: "wh_1", url: "https://example.com/hook", message: SENTENCE },
      id: "evt_test_1700000000999",
      seq: null,
      timestamp: "2023-11-14T22:13:20.999Z",
    });
    expect(testEventId(1_700_000_000_999)).toBe("evt_test_1700000000999");
  });

  it("is a sentence in a chat", () => {
    expect(JSON.parse(testBody("slack", webhook, 1))).toEqual({ text: SENTENCE });
    expect(JSON.parse(testBody("discord", webhook, 1))).toEqual({
      content: SENTENCE,
      allowed_mentions: { parse: [] },
    });
  });
});

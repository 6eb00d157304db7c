import { describe, expect, it } from "vitest";
import { compileAllowList } from "./allow-list.ts";

describe("an allow-list", () => {
  it.each([
    ["+1 (555) 123-4567", "any;-;+15551234567", true],
    ["+15551234567", "SMS;-;+15551234567", true],
    ["(555) 123-4567", "iMessage;-;+15551234567", true],
    ["+15551234567", "iMessage;-;+15551234568", false],
    [" Ada@Example.com ", "any;-;ada@example.com", true],
    ["ada@example.com", "any;-;ida@example.com", false],
    ["iMessage;-;+1 555 123 4567", "any;-;+15551234567", true],
    ["iMessage;-;Ada@Example.com", "SMS;-;ada@example.com", true],
    ["any;+;chat77", "iMessage;+;chat77", true],
    ["any;+;chat77", "iMessage;+;chat78", false],
    // Somebody's number allows nobody else in a group, whatever the group is called.
    ["+15551234567", "iMessage;+;+15551234567", false],
    // Without its country it is one of this Mac's: in the United States nobody is called by the end of a British number.
    ["+447911123456", "iMessage;-;7911123456", false],
    ["+447911123456", "iMessage;-;1123456", false],
    ["7911123456", "iMessage;-;+447911123456", false],
    ["7911123456", "iMessage;-;+17911123456", true],
    ["any;-;12345(smsft)", "SMS;-;12345(smsft)", true],
    ["everyone", "any;-;everyone", false],
    ["", "any;-;+15551234567", false],
    ["*", "any;-;+15551234567", false],
  ])("with %j on it, %s may be written to: %s", (entry, chat, answer) => {
    expect(compileAllowList()([entry], [chat], "1")).toBe(answer);
  });

  it("knows a conversation by any of its spellings, and allows nobody when it is empty", () => {
    const isListed = compileAllowList();
    const spellings = ["any;-;+15550111", "any;-;maya@example.com"];
    expect(isListed([], spellings, null)).toBe(false);
    expect(isListed(["maya@example.com"], spellings, null)).toBe(true);
    expect(isListed(["ida@example.com"], spellings, null)).toBe(false);
  });

  it("takes a number without its country for one of the country it is told, and for itself where nobody knows", () => {
    const isListed = compileAllowList();
    const listed = ["07911 123456"];
    const knows = (chat: string, code: string | null): boolean => isListed(listed, [chat], code);
    expect([knows("any;-;+447911123456", "44"), knows("any;-;+447911123456", "1")]).toEqual([true, false]);
    expect([knows("any;-;+447911123456", null), knows("any;-;07911123456", null)]).toEqual([false, true]);
  });
});

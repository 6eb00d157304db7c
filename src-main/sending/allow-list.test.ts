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
    ["any;-;12345(smsft)", "SMS;-;12345(smsft)", true],
    ["everyone", "any;-;everyone", false],
    ["", "any;-;+15551234567", false],
    ["*", "any;-;+15551234567", false],
  ])("with %j on it, %s may be written to: %s", (entry, chat, answer) => {
    expect(compileAllowList()([entry], [chat])).toBe(answer);
  });

  it("knows a conversation by any of its spellings, and allows nobody when it is empty", () => {
    const isListed = compileAllowList();
    const spellings = ["any;-;+15550111", "any;-;maya@example.com"];
    expect(isListed([], spellings)).toBe(false);
    expect(isListed(["maya@example.com"], spellings)).toBe(true);
    expect(isListed(["ida@example.com"], spellings)).toBe(false);
  });
});

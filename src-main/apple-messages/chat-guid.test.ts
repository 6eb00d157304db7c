import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chatKey, chatSpellings, parseChatGuid } from "./chat-guid.ts";

describe("a chat's guid", () => {
  it.each([
    ["iMessage;-;+15551234567", { service: "iMessage", separator: "-", identifier: "+15551234567" }],
    ["any;+;chat123", { service: "any", separator: "+", identifier: "chat123" }],
    [";-;a@b.c", { service: "", separator: "-", identifier: "a@b.c" }],
    ["SMS;-;a;b", { service: "SMS", separator: "-", identifier: "a;b" }],
  ])("%s has three parts", (guid, parts) => {
    expect(parseChatGuid(guid)).toEqual(parts);
  });

  it.each(["", "+15551234567", "iMessage;-;", "iMessage;*;x", "chat123"])("%j is none", (text) => {
    expect(parseChatGuid(text)).toBeNull();
  });

  it("is the same chat under every service, and another one as a group", () => {
    expect(chatKey("SMS;-;+1555")).toBe(chatKey("any;-;+1555"));
    expect(chatKey("any;+;+1555")).not.toBe(chatKey("any;-;+1555"));
  });

  it("is tried as given first, then under every other service, each once", () => {
    expect(chatSpellings("SMS;-;+1555")).toEqual([
      "SMS;-;+1555",
      "any;-;+1555",
      "iMessage;-;+1555",
      "RCS;-;+1555",
    ]);
    expect(chatSpellings("iMessageLite;-;+1")).toHaveLength(5);
    expect(chatSpellings("no guid")).toEqual(["no guid"]);
  });

  it("means the same in all its spellings, whatever the identifier", () => {
    const identifiers = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(identifiers, fc.constantFrom("-", "+"), (identifier, separator) => {
        const guid = `iMessage;${separator};${identifier}`;
        expect(new Set(chatSpellings(guid).map(chatKey)).size).toBe(1);
      }),
    );
  });
});

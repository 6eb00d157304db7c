import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isChatMeant, laneOf, parseRecipient } from "./recipient.ts";

describe("a recipient", () => {
  it.each([
    ["+15551234567", "+15551234567"],
    [" +1 (555) 123-4567 ", "+15551234567"],
    ["+1.555.123.4567", "+15551234567"],
    ["555", "555"],
    ["Ada@Example.COM", "ada@example.com"],
  ])("%j is %s", (text, address) => {
    expect(parseRecipient(text)).toBe(address);
  });

  it.each(["", "12", "hello", "+1555x", "a@b@c", "@", "a @b", "+", "123456789012345678"])(
    "%j is none",
    (text) => {
      expect(() => parseRecipient(text)).toThrow(expect.objectContaining({ code: "invalid_request" }));
    },
  );

  it("is spelled the same once it has been spelled", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.emailAddress(), fc.stringMatching(/^\+?[\d ().-]{3,20}$/)),
        (text) => {
          let spelled: string;
          try {
            spelled = parseRecipient(text);
          } catch {
            return;
          }
          expect(parseRecipient(spelled)).toBe(spelled);
        },
      ),
    );
  });
});

describe("a chat is meant", () => {
  it.each([
    ["any;-;+15551234567", "iMessage;-;+15551234567", true],
    ["any;-;+15551234567", "any;-;5551234567", true],
    ["any;-;+15551234567", "any;-;+5551234567", false],
    ["any;-;+15551234567", "any;-;234567", false],
    ["any;-;+491711234567", "iMessage;-;01711234567", true],
    ["any;-;+447700900123", "iMessage;-;07700900123", true],
    ["any;-;+15551234567", "any;-;0000567", false],
    ["any;-;a@b.c", "SMS;-;a@b.c", true],
    ["any;+;chat1", "iMessage;+;chat1", true],
    ["any;+;chat1", "any;-;chat1", false],
    ["any;+;chat1", "any;+;chat2", false],
  ])("%s by %s: %s", (chat, meant, answer) => {
    expect(isChatMeant(chat, meant)).toBe(answer);
    if (answer) expect(laneOf(chat)).toBe(laneOf(meant));
  });

  it("in whatever way its number is spelled, it is of one lane", () => {
    const digits = fc.stringMatching(/^0?[1-9][0-9]{6,11}$/);
    const country = fc.constantFrom("", "+", "+1", "+49", "1");
    fc.assert(
      fc.property(digits, country, (number, prefix) => {
        const [short, long] = [`any;-;${number}`, `iMessage;-;${prefix}${number.replace(/^0/, "")}`];
        if (isChatMeant(long, short)) expect(laneOf(long)).toBe(laneOf(short));
      }),
      { numRuns: 500 },
    );
    expect(laneOf("any;+;chat5551234567")).not.toBe(laneOf("any;-;5551234567"));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PANES } from "../../src-shared/panes.ts";
import { errorNumber, faultOfCode } from "./osascript-errors.ts";

describe("the number of an error", () => {
  it.each([
    ["x.applescript:1024:1088: execution error: Not authorised… (-1743)\n", -1743],
    ["Fehler (3) in „a (b)“ (-1743)", -1743],
    ["x.applescript:10:13: syntax error: Expected end of line but found identifier. (-2741)\n", -2741],
    ["no number", null],
    ["", null],
  ])("in %j is %s", (stderr, code) => {
    expect(errorNumber(stderr)).toBe(code);
  });

  it("is none that the message quotes, also when the end is cut off", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: -30_000, max: -1 }), (quoted, code) => {
        expect(errorNumber(`Can’t get “(-1743)${quoted}”. (${code})\n`)).toBe(code);
        expect(errorNumber(`Can’t get “(-1743)${quoted}…`)).toBeNull();
      }),
    );
  });
});

describe("an error as the caller is told", () => {
  it.each([
    [-1743, "automation_denied", 503, PANES.automation],
    [-1744, "automation_not_determined", 503, PANES.automation],
    [-25211, "accessibility_denied", 503, PANES.accessibility],
    [-1728, "target_not_found", 404, "check it in Messages"],
    [-1719, "target_not_found", 404, "check it in Messages"],
    [-10002, "target_not_found", 404, "check it in Messages"],
    [-1700, "target_not_found", 404, "check it in Messages"],
    [-600, "messages_not_running", 503, "open it"],
    [-609, "messages_not_running", 503, "open it"],
    [-1712, "conflict", 409, "look in Messages before you try again"],
    [-10000, "messages_error", 502, "look in Messages before you try again"],
    [-2753, "service_unavailable", 409, "sign in"],
    [-10006, "conflict", 409, "send it or clear it"],
    [-2740, "script_error", 500, "report it"],
    [-2741, "script_error", 500, "report it"],
    [-2700, "script_error", 500, "report it"],
    [-9999, "send_failed", 500, "why it was"],
    [null, "send_failed", 500, "why it was"],
  ])("%s is %s, %i, and says what mends it", (code, name, status, remedy) => {
    const fault = faultOfCode(code, "why it was");
    expect(fault).toMatchObject({ code: name, status });
    expect(fault.message).toContain(remedy);
  });

  it("names whom Bellhop may not control", () => {
    expect(faultOfCode(-1743, "Not authorized to send Apple events to Messages.").message).toMatch(
      /control Messages;/,
    );
    expect(faultOfCode(-1743, "Not authorized to send Apple events to System Events.").message).toMatch(
      /control System Events,/,
    );
  });

  it("says when another try makes sense: once Messages may have started", () => {
    expect(faultOfCode(-600, "").retryAfter).toBe(5);
    expect(faultOfCode(-1728, "").retryAfter).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { checkCaller, isOwnOrigin, keyInHeaders } from "./caller.ts";

const NAMES = ["192.168.1.5", "mac-mini.lan"];

/** Which fault a request with these headers gets; "fine" for none. */
function verdict(headers: { host?: string; origin?: string }): unknown {
  try {
    checkCaller(headers, NAMES);
    return "fine";
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown ? thrown.code : thrown;
  }
}

describe("a Host", () => {
  it.each([
    "localhost",
    "localhost:3001",
    "LOCALHOST:3001",
    "127.0.0.1:3001",
    "[::1]:3001",
    "[::1]",
    "192.168.1.5:3001",
    "mac-mini.lan",
  ])("%s is ours", (host) => {
    expect(verdict({ host })).toBe("fine");
  });

  it.each([
    "",
    "evil.test",
    "evil.test:3001",
    "localhost.evil.test",
    "127.0.0.1.evil.test",
    "127.0.0.2",
    "0.0.0.0",
    "localhost:3001:3001",
    "evil.test#localhost",
    "::1",
  ])("%j is not", (host) => {
    expect(verdict({ host })).toBe("host_not_allowed");
  });

  it("that is missing is refused", () => {
    expect(verdict({})).toBe("host_not_allowed");
  });
});

describe("an Origin", () => {
  const host = "127.0.0.1:3001";

  it("that is exactly our own is let in, and none at all as well", () => {
    expect(verdict({ host, origin: "http://127.0.0.1:3001" })).toBe("fine");
    expect(verdict({ host })).toBe("fine");
  });

  it.each([
    "null",
    "*",
    "",
    "http://evil.test",
    "http://127.0.0.1",
    "http://127.0.0.1:3002",
    "https://127.0.0.1:3001",
    "http://localhost:3001",
    "http://127.0.0.1:3001.evil.test",
    "file://",
  ])("%j is refused", (origin) => {
    expect(verdict({ host, origin })).toBe("origin_not_allowed");
  });

  it("is our own only when it is there", () => {
    expect(isOwnOrigin({ host })).toBe(false);
  });
});

describe("the key of a request", () => {
  it.each([
    [{ "x-api-key": "abc" }, "abc"],
    [{ authorization: "Bearer abc" }, "abc"],
    [{ authorization: "bearer  abc " }, "abc"],
    [{ "x-api-key": "abc", authorization: "Bearer other" }, "abc"],
    [{ "x-api-key": "", authorization: "Bearer abc" }, "abc"],
    [{ authorization: "Basic abc" }, null],
    [{ authorization: "Bearer" }, null],
    [{}, null],
  ])("in %j is %s", (headers, key) => {
    expect(keyInHeaders(headers)).toBe(key);
  });
});

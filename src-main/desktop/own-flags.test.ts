import { describe, expect, it } from "vitest";
import { ownEnvironment, ownFlags } from "./own-flags.ts";

describe("the app's arguments", () => {
  it("are what follows the folder, in development", () => {
    const argv = ["electron", "--no-sandbox", "--inspect=0", "/bellhop", "--chat-db", "x.db", "--port", "0"];
    expect(ownFlags(argv, false)).toEqual(["--chat-db", "x.db", "--port", "0"]);
    expect(ownFlags(["electron", "--no-sandbox"], false)).toEqual([]);
  });

  it("are all of them once installed, but none that replaces what is Apple's", () => {
    const argv = [
      "Bellhop",
      "-psn_0_123",
      "--no-sandbox",
      "--lang=de",
      "--chat-db",
      "x.db",
      "--osascript=/opt/fake",
      "--port",
      "3005",
    ];
    expect(ownFlags(argv, true)).toEqual(["--port", "3005"]);
  });

  it("come with an environment to which the same applies", () => {
    const env = { BELLHOP_CHAT_DB: "x.db", BELLHOP_OSASCRIPT: "/opt/fake", BELLHOP_PORT: "3005" };
    expect(ownEnvironment(env, true)).toEqual({ BELLHOP_PORT: "3005" });
    expect(ownEnvironment(env, false)).toEqual(env);
  });
});

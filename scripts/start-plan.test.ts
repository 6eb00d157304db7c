import { describe, expect, it } from "vitest";
import { planStart } from "./start-plan.ts";

describe("npm start", () => {
  it("is the menu-bar app on a Mac, with the flags as they are", () => {
    expect(planStart(["--port", "3005"], "darwin", {})).toMatchObject({
      kind: "app",
      flags: ["--port", "3005"],
    });
  });

  it("is the gateway alone on a Mac that has no screen, or with simulated Messages", () => {
    expect(planStart(["--headless"], "darwin", {})).toMatchObject({ kind: "headless", flags: [] });
    expect(planStart(["--simulate"], "darwin", {}).kind).toBe("headless");
    expect(planStart([], "darwin", { BELLHOP_SIMULATE: "1" }).kind).toBe("headless");
  });

  it("simulates where there is no Messages, and says so", () => {
    const plan = planStart(["--port", "0"], "linux", {});
    expect(plan).toMatchObject({ kind: "headless", flags: ["--simulate", "--port", "0"] });
    expect(plan.note).toContain("no Messages");
  });

  it("does not simulate when a chat.db is named", () => {
    expect(planStart(["--chat-db=x.db"], "linux", {})).toMatchObject({
      flags: ["--chat-db=x.db"],
      note: null,
    });
    expect(planStart([], "linux", { BELLHOP_CHAT_DB: "x.db" }).flags).toEqual([]);
    expect(planStart(["--simulate"], "linux", {}).flags).toEqual(["--simulate"]);
  });
});

import { describe, expect, it } from "vitest";
import { planStart } from "./start-plan.ts";

describe("npm start", () => {
  it("is the menu-bar app on a Mac", () => {
    expect(planStart(["--port", "3005"], "darwin", {})).toEqual({ kind: "app", note: null });
  });

  it("is the gateway alone on a Mac that has no screen, or with simulated Messages", () => {
    expect(planStart(["--headless"], "darwin", {}).kind).toBe("headless");
    expect(planStart(["--simulate"], "darwin", {}).kind).toBe("headless");
    expect(planStart([], "darwin", { BELLHOP_SIMULATE: "1" }).kind).toBe("headless");
    expect(planStart([], "darwin", { BELLHOP_SIMULATE: "0" }).kind).toBe("app");
  });

  it("says that Messages is simulated where there is none and none was named", () => {
    expect(planStart(["--port", "0"], "linux", {}).note).toContain("no Messages");
    expect(planStart(["--chat-db=x.db"], "linux", {})).toEqual({ kind: "headless", note: null });
    expect(planStart([], "linux", { BELLHOP_CHAT_DB: "x.db" }).note).toBeNull();
    expect(planStart(["--simulate"], "linux", {}).note).toBeNull();
  });
});

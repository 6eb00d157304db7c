import { describe, expect, it } from "vitest";
import { calls, Push } from "./control.ts";
import { asFault, FAULTS, Fault } from "./faults.ts";
import { PANES, withoutPanes } from "./panes.ts";
import { Settings } from "./settings.ts";

describe("settings", () => {
  it("have a default and one sentence of help each", () => {
    expect(Settings.parse({})).toEqual({
      host: "127.0.0.1",
      port: 3001,
      rateLimit: 60,
      pollIntervalMs: 1_000,
      sendWaitMs: 3_000,
      sendingPausedAt: null,
      mayWriteTo: "everyone",
      mayWriteToListed: [],
      sendsPerHour: 0,
      sendsPerHourToOne: 0,
      dryRun: false,
      accessibilityActions: false,
      allowedFolders: [],
      eventsKeptDays: 7,
      eventsKept: 100_000,
      deliverForDays: 3,
      webhookTimeoutMs: 15_000,
      egressAllowed: [],
      allowedHosts: [],
      logLevel: "info",
    });
    for (const [name, schema] of Object.entries(Settings.shape)) {
      expect(schema.description, name).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe("a sentence with the address of a pane", () => {
  it("reads on without it", () => {
    expect(withoutPanes(`off; switch it on under Automation (${PANES.automation}), then go on (-1743)`)).toBe(
      "off; switch it on under Automation, then go on (-1743)",
    );
  });
});

describe("faults", () => {
  it("have an HTTP status that refuses", () => {
    for (const status of Object.values(FAULTS)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
    }
  });

  it("stay what they are; everything else becomes internal and does not leak its text", () => {
    const fault = new Fault("not_found", "there is no such thing", { retryAfter: 3 });
    expect(asFault(fault)).toBe(fault);
    expect(fault).toMatchObject({ status: 404, retryAfter: 3 });
    const internal = asFault(new Error("SELECT secret FROM table"));
    expect(internal).toMatchObject({ code: "internal", status: 500 });
    expect(internal.message).not.toContain("secret");
    expect(internal.cause).toBeInstanceOf(Error);
    for (const thrown of [null, undefined, "text", 5]) expect(asFault(thrown).code).toBe("internal");
  });
});

describe("the contract with the window", () => {
  it("has an input and an output for every call", () => {
    expect(Object.keys(calls).sort()).toEqual([
      "deliveries.list",
      "delivery.get",
      "delivery.redeliver",
      "events.recent",
      "key.reveal",
      "log.follow",
      "log.recent",
      "message.send",
      "outbox.cancel",
      "outbox.get",
      "outbox.list",
      "outbox.retry",
      "selfTest.run",
      "sending.pause",
      "stats.get",
      "status.get",
      "webhook.change",
      "webhook.put",
      "webhook.redeliver",
      "webhook.remove",
      "webhook.retry",
      "webhook.rotate",
      "webhook.test",
      "webhooks.list",
    ]);
  });

  it("takes the white space off a recipient, and leaves a body as it is", () => {
    const { input } = calls["message.send"];
    expect(input.parse({ recipient: " +1555 ", body: " hi " })).toEqual({ recipient: "+1555", body: " hi " });
    expect(input.safeParse({ recipient: "   ", body: "hi" }).success).toBe(false);
  });

  it("pushes nothing but status and events", () => {
    expect(Push.safeParse({ push: "secret", value: {} }).success).toBe(false);
  });
});

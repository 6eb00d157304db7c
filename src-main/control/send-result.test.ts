import { describe, expect, it } from "vitest";
import { SendResult } from "../../src-shared/control.ts";
import { OUTBOX_STATES, type SentItem } from "../../src-shared/domain/outbox.ts";
import { sampleMessage, sampleSentItem } from "../testing/sample-changes.ts";
import { sendResult } from "./send-result.ts";

const said = (other: Partial<SentItem>, hasRow = false, isPaused = false) =>
  sendResult(
    { item: sampleSentItem(other), message: hasRow ? sampleMessage() : null, isReplay: false },
    isPaused,
    812,
  );

describe("what became of a send", () => {
  it.each<[Partial<SentItem>, string, string]>([
    [{ state: "sent" }, "sent", "Sent in 812 ms."],
    [{ state: "delivered" }, "sent", "Sent in 812 ms."],
    [{ state: "read" }, "sent", "Sent in 812 ms."],
    [{ state: "dry_run" }, "dry_run", "Dry run: nothing was sent."],
    [
      { state: "failed", fault: "messages_error", reason: "it is not on iMessage" },
      "failed",
      "Not sent: it is not on iMessage.",
    ],
    [{ state: "failed", fault: "cancelled", reason: "cancelled" }, "failed", "Cancelled: it was not sent."],
    [{ state: "queued" }, "waiting", "It waits in the outbox."],
  ])("%j is %s: %s", (other, outcome, sentence) => {
    expect(said(other)).toEqual({ outcome, sentence, tookMs: 812 });
  });

  it("is not known while there is no row, and is under way once there is one", () => {
    for (const state of ["dispatching", "unknown"] as const) {
      expect(said({ state }).outcome).toBe("unknown");
      expect(said({ state }, true).outcome).toBe("waiting");
    }
  });

  it("waits because sending is paused", () => {
    expect(said({ state: "queued" }, false, true).sentence).toContain("paused");
  });

  it("is said of every state", () => {
    for (const state of OUTBOX_STATES) {
      const result = said({ state });
      expect(SendResult.parse(result)).toEqual(result);
      expect(result.sentence).toMatch(/^[A-Z].*[.]$/);
    }
  });
});

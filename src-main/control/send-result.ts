import type { SendResult } from "../../src-shared/control.ts";
import type { SendReport } from "../sending/send-order.ts";

/** What became of a send, as the window says it. `tookMs` is how long it was waited for. */
export function sendResult({ item, message }: SendReport, isPaused: boolean, tookMs: number): SendResult {
  const said = (outcome: SendResult["outcome"], sentence: string): SendResult => ({
    outcome,
    sentence,
    tookMs,
  });
  switch (item.state) {
    case "sent":
    case "delivered":
    case "read":
      return said("sent", `Sent in ${tookMs} ms.`);
    case "dry_run":
      return said("dry_run", "Dry run: nothing was sent.");
    case "failed":
      if (item.fault === "cancelled") return said("failed", "Cancelled: it was not sent.");
      return said("failed", `Not sent: ${item.reason ?? "Messages could not deliver it"}.`);
    case "queued":
      return said(
        "waiting",
        isPaused ? "It waits in the outbox: sending is paused." : "It waits in the outbox.",
      );
    case "dispatching":
    case "unknown":
      if (message !== null) return said("waiting", "Messages has taken it and is still sending it.");
      return said(
        "unknown",
        "Messages was given it. Its row has not appeared yet, so whether it was sent is not known.",
      );
  }
}

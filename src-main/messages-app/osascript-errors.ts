import { Fault } from "../../src-shared/faults.ts";
import { PANES } from "../../src-shared/panes.ts";

/**
 * The error number in what osascript printed: the last one in parentheses. The words around it are
 * localised and typeset, so only the number counts. Null when there is none.
 */
export function errorNumber(stderr: string): number | null {
  const found = [...stderr.matchAll(/\((-?\d+)\)/g)].at(-1)?.[1];
  return found === undefined ? null : Number(found);
}

/** An osascript error as what the caller is told. */
export function faultOfCode(code: number | null, reason: string): Fault {
  switch (code) {
    case -1743:
      return new Fault(
        "automation_denied",
        `macOS does not let Bellhop control Messages; switch it on under Privacy & Security, Automation (${PANES.automation})`,
      );
    case -1744:
      return new Fault(
        "automation_not_determined",
        `macOS has not been asked yet whether Bellhop may control Messages; allow it under Automation (${PANES.automation})`,
      );
    case -1728:
    case -1719:
    case -10002:
      return new Fault("target_not_found", "Messages knows no such conversation or recipient");
    case -600:
    case -609:
      return new Fault("messages_not_running", "Messages is not running; open it", { retryAfter: 5 });
    case -10000:
      return new Fault("messages_error", "Messages answered with an error (-10000)");
    case -2753:
      return new Fault(
        "service_unavailable",
        "this Mac has no account for that service; sign in to Messages",
      );
    case -25211:
      return new Fault(
        "accessibility_denied",
        "Accessibility is off for Bellhop; switch it on in System Settings",
      );
    case -2741:
    case -2700:
      return new Fault("script_error", `the script failed (${code})`);
    default:
      return new Fault("send_failed", `Messages did not take it: ${reason}`);
  }
}

import type { SendOutcome } from "./messages-app.ts";
import {
  isCompileError,
  NO_SUCH_OBJECT,
  NO_SUCH_SERVICE,
  NOT_TRUSTED,
  TIMED_OUT,
} from "./osascript-errors.ts";
import type { ScriptEnd } from "./run-script.ts";
import { namesRcs, type ScriptCall } from "./script-calls.ts";

/** What Messages may have acted upon although it answered with this, or with nothing in time. */
const NEVER_SURE = new Set([TIMED_OUT, -10000]);

/**
 * What ends a sending script before anything is given to Messages, although the script did not catch it. Denied and
 * not asked (-1743, -1744): macOS judges each event before it delivers it, and only the last one sends. A variable
 * that is not set (-2753): the script finds that out while it puts that last event together.
 */
const BEFORE_DISPATCH = new Set([-1743, -1744, NO_SUCH_SERVICE]);

/** Whether something left, or was done, by how the script for it ended; said in doubt's favour: it may have. */
export function outcomeOf(call: ScriptCall, ended: ScriptEnd): SendOutcome {
  switch (ended.end) {
    case "done":
      return { outcome: "taken" };
    case "stuck":
      return { outcome: "uncertain", code: TIMED_OUT, reason: ended.reason };
    case "not started":
      return { outcome: "not left", code: null, reason: ended.reason };
    case "unresolved":
    case "failed": {
      const { code, reason } = ended;
      if (code === null || !isBefore(call, ended.end, code)) return { outcome: "uncertain", code, reason };
      if (namesRcs(call) && isCompileError(code)) {
        return { outcome: "not left", code: NO_SUCH_SERVICE, reason: "this Mac's Messages knows no RCS" };
      }
      return { outcome: "not left", code: meant(call, code), reason };
    }
  }
}

function isBefore(call: ScriptCall, end: "unresolved" | "failed", code: number): boolean {
  if (NEVER_SURE.has(code)) return false;
  if (end === "unresolved" || isCompileError(code)) return true;
  // In the window, looking goes on after acting: whatever comes late may come after it.
  return call.by === "events" && BEFORE_DISPATCH.has(code);
}

/** System Events calls a window that it may not look at "invalid index", too. */
function meant(call: ScriptCall, code: number): number {
  return call.by === "window" && code === NO_SUCH_OBJECT ? NOT_TRUSTED : code;
}

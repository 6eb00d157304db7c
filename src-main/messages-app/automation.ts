import type { AutomationAnswer } from "./messages-app.ts";
import { NOT_RUNNING, TIMED_OUT } from "./osascript-errors.ts";
import type { ScriptEnd } from "./run-script.ts";

/** What macOS says of controlling Messages, by how the script that asks it ended. */
export function automationAnswer(ended: ScriptEnd): AutomationAnswer {
  switch (ended.end) {
    case "done":
      return { answer: "on" };
    case "not started":
      return { answer: "unknown", code: null, reason: ended.reason };
    case "stuck":
      return { answer: "unknown", code: TIMED_OUT, reason: ended.reason };
    case "unresolved":
    case "failed":
      return { answer: answerOf(ended.code), code: ended.code, reason: ended.reason };
  }
}

function answerOf(code: number | null): "off" | "not asked" | "not running" | "unknown" {
  if (code === -1743) return "off";
  if (code === -1744) return "not asked";
  return code !== null && NOT_RUNNING.has(code) ? "not running" : "unknown";
}

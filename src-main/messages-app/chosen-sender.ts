import type { Processes } from "../ports/processes.ts";
import { applescriptSender, OPEN_MESSAGES } from "./applescript-sender.ts";
import type { MessagesApp } from "./messages-app.ts";
import { noSender } from "./no-sender.ts";

/** What drives Messages here: AppleScript, or nothing at all where there is no program that runs it. */
export function chosenSender(options: {
  /** The program that runs AppleScript; null where there is none. */
  osascript: string | null;
  /** The folder with the AppleScripts. */
  scripts: string;
  /** Whether it is this Mac's own Messages, which may have to be opened first. */
  isThisMac: boolean;
  processes: Processes;
}): MessagesApp {
  const { osascript, scripts, isThisMac, processes } = options;
  if (osascript === null) return noSender;
  return applescriptSender({ osascript, scripts, open: isThisMac ? OPEN_MESSAGES : null, processes });
}

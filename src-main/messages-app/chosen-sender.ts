import { type AppleScriptOptions, applescriptSender } from "./applescript-sender.ts";
import type { MessagesApp } from "./messages-app.ts";
import { noSender } from "./no-sender.ts";

/**
 * What drives Messages here: AppleScript, or nothing at all where there is no program that runs it.
 * @param options `osascript` is null where there is none.
 */
export function chosenSender(
  options: Omit<AppleScriptOptions, "osascript"> & { osascript: string | null },
): MessagesApp {
  const { osascript, ...rest } = options;
  return osascript === null ? noSender : applescriptSender({ osascript, ...rest });
}

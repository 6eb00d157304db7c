import { systemPreferences } from "electron";

/** Whether macOS lets this app move other apps' windows; asked without a prompt. Elsewhere there is nothing to grant. */
export function isTrusted(): boolean {
  return process.platform !== "darwin" || systemPreferences.isTrustedAccessibilityClient(false);
}

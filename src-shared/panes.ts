const PRIVACY = "x-apple.systempreferences:com.apple.settings.PrivacySecurity.extension?";

/** Where a permission is granted: addresses that open the very pane of System Settings (macOS 13 and later). */
export const PANES = {
  fullDiskAccess: `${PRIVACY}Privacy_AllFiles`,
  automation: `${PRIVACY}Privacy_Automation`,
  accessibility: `${PRIVACY}Privacy_Accessibility`,
} as const;

/** A sentence without the addresses of panes, for a person who is shown a button instead. */
export function withoutPanes(sentence: string): string {
  return sentence.replaceAll(/ \(x-apple\.systempreferences:[^)]*\)/g, "");
}

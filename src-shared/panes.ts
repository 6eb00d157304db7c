const PRIVACY = "x-apple.systempreferences:com.apple.settings.PrivacySecurity.extension?";

/** Where a permission is granted: addresses that open the very pane of System Settings (macOS 13 and later). */
export const PANES = {
  fullDiskAccess: `${PRIVACY}Privacy_AllFiles`,
  automation: `${PRIVACY}Privacy_Automation`,
  accessibility: `${PRIVACY}Privacy_Accessibility`,
} as const;

import { CAPABILITIES, type Capability, type CapabilityView } from "../../src-shared/domain/capability.ts";
import { Fault } from "../../src-shared/faults.ts";
import { PANES } from "../../src-shared/panes.ts";
import type { Settings } from "../../src-shared/settings.ts";
import type { Mode } from "../../src-shared/status.ts";

/** What can be done in Messages' window, as it stands at the moment of asking. */
export interface Capabilities {
  list(): CapabilityView[];
  /** Why this cannot be done: `feature_unavailable` or `accessibility_denied`; null when it can. */
  lacks(name: Capability): Fault | null;
}

/** Messages edits and unsends since then. Source: the columns date_edited and date_retracted, macOS 13. */
const FIRST_MACOS: Readonly<Partial<Record<Capability, number>>> = { edit: 13, unsend: 13 };

/**
 * Simulated Messages can do everything. Apple's is driven only where a person has switched it on, and macOS lets
 * Bellhop.
 */
export function openCapabilities(options: {
  mode: Mode;
  /** Whether there is an osascript to drive Messages with. */
  canSend: boolean;
  settings(): Pick<Settings, "accessibilityActions">;
  /** Whether macOS has granted Accessibility; null where that cannot be asked, as under plain Node. */
  isTrusted(): boolean | null;
  /** This Mac's, such as 26; null where it is not known. */
  macosVersion(): number | null;
}): Capabilities {
  const unavailable = (sentence: string): Fault => new Fault("feature_unavailable", sentence);

  const lacks = (name: Capability): Fault | null => {
    if (!options.canSend) {
      return unavailable(
        "there is no Messages to drive, only a copy of chat.db; start with --osascript FILE, or with --simulate",
      );
    }
    if (options.mode === "simulated") return null;
    const [first, version] = [FIRST_MACOS[name], options.macosVersion()];
    if (first !== undefined && version !== null && version < first) {
      return unavailable(`Messages can ${name} since macOS ${first}; this Mac has macOS ${version}`);
    }
    if (!options.settings().accessibilityActions) {
      return unavailable(
        "it moves the Messages window, is experimental, and is switched off; set accessibilityActions to true in config.json",
      );
    }
    if (options.isTrusted() !== false) return null;
    return new Fault(
      "accessibility_denied",
      `macOS does not let Bellhop work in Messages' window; switch it on under Privacy & Security, Accessibility (${PANES.accessibility})`,
    );
  };

  return {
    lacks,
    list: () =>
      CAPABILITIES.map((name) => {
        const fault = lacks(name);
        return { name, available: fault === null, experimental: true, reason: fault?.message ?? null };
      }),
  };
}

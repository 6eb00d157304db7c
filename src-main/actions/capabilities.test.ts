import { describe, expect, it } from "vitest";
import { CAPABILITIES, CapabilityView } from "../../src-shared/domain/capability.ts";
import { PANES } from "../../src-shared/panes.ts";
import { openCapabilities } from "./capabilities.ts";

/** Those of a Mac with everything on, but for what is said here. */
function capabilities(
  but: Partial<Omit<Parameters<typeof openCapabilities>[0], "settings">> = {},
  accessibilityActions = true,
) {
  return openCapabilities({
    mode: "real",
    canSend: true,
    isTrusted: () => true,
    macosVersion: () => 26,
    ...but,
    settings: () => ({ accessibilityActions }),
  });
}

/** The names of what is on. */
const on = (these: ReturnType<typeof capabilities>): string[] =>
  these
    .list()
    .filter(({ available }) => available)
    .map(({ name }) => name);

describe("what can be done in Messages' window", () => {
  it("is everything in simulated Messages, whatever is set and whatever the Mac", () => {
    const simulated = capabilities(
      { mode: "simulated", isTrusted: () => false, macosVersion: () => 12 },
      false,
    );
    expect(on(simulated)).toEqual(CAPABILITIES);
    expect(CAPABILITIES.map((name) => simulated.lacks(name))).toEqual(CAPABILITIES.map(() => null));
  });

  it("is nothing on a Mac where nobody has switched it on, and the setting is named", () => {
    const off = capabilities({}, false);
    expect(on(off)).toEqual([]);
    expect(off.lacks("react")).toMatchObject({ code: "feature_unavailable", status: 501 });
    expect(off.list()[0]?.reason).toContain("accessibilityActions");
  });

  it("needs the permission of macOS, where it is known whether there is one", () => {
    expect(on(capabilities())).toEqual(CAPABILITIES);
    expect(on(capabilities({ isTrusted: () => null }))).toEqual(CAPABILITIES);
    const denied = capabilities({ isTrusted: () => false });
    expect(on(denied)).toEqual([]);
    const fault = denied.lacks("typing");
    expect(fault).toMatchObject({ code: "accessibility_denied", status: 503 });
    expect(fault?.message).toContain(PANES.accessibility);
  });

  it("lacks edits and unsends before macOS 13", () => {
    const old = capabilities({ macosVersion: () => 12 });
    expect(on(old)).toEqual(["react", "reply", "read", "typing"]);
    expect(old.lacks("edit")).toMatchObject({ code: "feature_unavailable" });
    expect(on(capabilities({ macosVersion: () => 13 }))).toEqual(CAPABILITIES);
    expect(on(capabilities({ macosVersion: () => null }))).toEqual(CAPABILITIES);
  });

  it("is nothing where there is only a copy of chat.db", () => {
    expect(on(capabilities({ canSend: false, mode: "simulated" }))).toEqual([]);
  });

  it("follows the settings at once, and is marked experimental", () => {
    const settings = { accessibilityActions: false };
    const these = openCapabilities({
      mode: "real",
      canSend: true,
      settings: () => settings,
      isTrusted: () => true,
      macosVersion: () => 26,
    });
    expect(these.lacks("edit")).not.toBeNull();
    settings.accessibilityActions = true;
    expect(these.lacks("edit")).toBeNull();
    for (const view of these.list()) {
      expect(CapabilityView.parse(view)).toMatchObject({ experimental: true, reason: null });
    }
  });
});

import { expect, it } from "vitest";
import { macosVersion } from "./macos-version.ts";

it.each([
  ["darwin", "21.6.0", 12],
  ["darwin", "24.1.0", 15],
  ["darwin", "25.0.0", 26],
  ["darwin", "26.2.0", 27],
  ["darwin", "9.8.0", null],
  ["darwin", "what", null],
  ["linux", "25.0.0", null],
] as const)("the macOS of a Mac with the kernel %s %s is %s", (platform, darwin, version) => {
  expect(macosVersion(platform, darwin)).toBe(version);
});

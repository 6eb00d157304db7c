import { release } from "node:os";

/** Darwin 20 is macOS 11; since Darwin 25 macOS is numbered after the year, which is one ahead. */
const [FIRST_DARWIN, FIRST_MACOS, FIRST_BY_YEAR] = [20, 11, 25];

/**
 * The major version of macOS that this Mac runs, such as 15 or 26; null elsewhere.
 * @param darwin the kernel's version, such as `25.1.0`.
 */
export function macosVersion(
  platform: NodeJS.Platform = process.platform,
  darwin: string = release(),
): number | null {
  const major = Number(/^(\d{1,3})\./.exec(darwin)?.[1]);
  if (platform !== "darwin" || Number.isNaN(major) || major < FIRST_DARWIN) return null;
  return major >= FIRST_BY_YEAR ? major + 1 : major - FIRST_DARWIN + FIRST_MACOS;
}

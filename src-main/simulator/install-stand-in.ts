import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { assertNotRealMessages } from "./real-messages-guard.ts";

/**
 * Writes `DIR/osascript`, an executable (0700) that runs the stand-in with its arguments untouched, and
 * returns its absolute path. `nodePath` may be Electron's own program: ELECTRON_RUN_AS_NODE makes it Node.
 * Safe to call while an older one is in use: the file is replaced whole.
 */
export function installStandIn(options: {
  simulatedDir: string;
  nodePath: string;
  entryPath: string;
}): string {
  const folder = resolve(options.simulatedDir);
  assertNotRealMessages(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const words = [options.nodePath, resolve(options.entryPath), "--simulated-dir", folder, "--"].map(quoted);
  const script = `#!/bin/sh
# The osascript of simulated Messages: it never touches Messages.app.
ELECTRON_RUN_AS_NODE=1 NODE_NO_WARNINGS=1 exec ${words.join(" ")} "$@"
`;
  const path = join(folder, "osascript");
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, script, { mode: 0o700 });
  chmodSync(draft, 0o700);
  renameSync(draft, path);
  return path;
}

/** A word for sh: in single quotes nothing is special but the quote itself. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { assertNotRealMessages } from "./real-messages-guard.ts";

/** Where to install the stand-ins, and what runs them. */
export interface StandInPlace {
  simulatedDir: string;
  /** May be Electron's own program: ELECTRON_RUN_AS_NODE makes it Node. */
  nodePath: string;
  /** The program `osascript-stand-in`, which is both. */
  entryPath: string;
}

/** What an installed stand-in is called, and what it says of itself. */
const STAND_INS = {
  osascript: "The osascript of simulated Messages: it never touches Messages.app.",
  open: "The open of simulated Messages: it opens nothing else.",
};

/**
 * Writes `DIR/osascript` and `DIR/open`, executables (0700) that run the stand-ins with their arguments
 * untouched, and returns the absolute path of the first; `openBeside` names the other. Safe to call while older
 * ones are in use: each file is replaced whole.
 */
export function installStandIn(place: StandInPlace): string {
  const folder = resolve(place.simulatedDir);
  assertNotRealMessages(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  install(folder, "open", place);
  return install(folder, "osascript", place);
}

/** The stand-in for `open` that was installed with this one for osascript. */
export function openBeside(osascript: string): string {
  return join(osascript, "..", "open");
}

function install(
  folder: string,
  name: keyof typeof STAND_INS,
  { nodePath, entryPath }: StandInPlace,
): string {
  const words = [nodePath, resolve(entryPath), "--simulated-dir", folder, "--as", name, "--"].map(quoted);
  const script = `#!/bin/sh
# ${STAND_INS[name]}
ELECTRON_RUN_AS_NODE=1 NODE_NO_WARNINGS=1 exec ${words.join(" ")} "$@"
`;
  const path = join(folder, name);
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

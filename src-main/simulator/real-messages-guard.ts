import { existsSync, realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { basename, dirname, join, resolve, sep } from "node:path";

/** Thrown instead of writing where the real Messages keeps its data. */
export class RealMessagesRefused extends Error {
  override name = "RealMessagesRefused";
}

/**
 * Refuses a path inside the real `~/Library/Messages`, however it is spelled: relative, through symbolic
 * links, in other letter case (a Mac's disk does not tell them apart), or of another user of this Mac.
 * Throws RealMessagesRefused.
 */
export function assertNotRealMessages(path: string): void {
  const target = followed(path).toLowerCase();
  for (const home of new Set([homedir(), userInfo().homedir])) {
    const real = followed(join(home, "Library", "Messages")).toLowerCase();
    if (target === real || target.startsWith(real + sep)) refuse(path);
  }
  if (/^(\/system\/volumes\/data)?\/users\/[^/]+\/library\/messages(\/|$)/.test(target)) refuse(path);
}

function refuse(path: string): never {
  throw new RealMessagesRefused(
    `${path} belongs to the real Messages. Simulated Messages never writes there: choose another --data-dir.`,
  );
}

/** The real path of what exists of it, with the rest appended. */
function followed(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const parent = dirname(absolute);
  return parent === absolute ? absolute : join(followed(parent), basename(absolute));
}

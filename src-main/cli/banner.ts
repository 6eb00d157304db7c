import type { Gateway } from "../gateway-options.ts";
import type { LaunchOptions } from "../launch-options.ts";
import { defaultDataFolder, USUAL_FOLDERS } from "../storage/data-folder.ts";

/** The simulated contact who answers every message. */
const ECHO = "+15550001";

/**
 * What the headless gateway prints when it is ready: where it is, its key, and commands that work as they
 * stand. A key that was handed in is not repeated: standard output may be a log.
 */
export function banner(gateway: Gateway & { version: string }, options: LaunchOptions): string {
  const { url } = gateway;
  const key = options.apiKeyInShell ?? gateway.revealKey();
  const canSend = options.mode === "simulated" || options.osascript !== null;
  const recipient = options.mode === "simulated" ? ECHO : "+15551234567";
  const source =
    options.mode === "simulated" ? `simulated Messages (macOS ${options.macos})` : options.chatDb;
  return `
Bellhop ${gateway.version} on ${source}

  URL       ${url}
  API key   ${options.apiKeyInShell === IN_ENVIRONMENT ? `${key}, which holds the key you gave` : key}
  Settings  ${gateway.uiLink()}
            (opens once, within 10 minutes; ${freshLink(options)} prints another)
  Data      ${options.dataDir}

Read the last three messages:

  curl -H "X-API-Key: ${key}" "${url}/api/v1/messages?limit=3"

${canSend ? sendOne(url, key, recipient) : NO_SENDING}
Ctrl-C stops it.

`;
}

const IN_ENVIRONMENT = "$BELLHOP_API_KEY";

function freshLink({ dataDir }: LaunchOptions): string {
  const isUsual = USUAL_FOLDERS.some((source) => defaultDataFolder(source) === dataDir);
  return isUsual ? "npm run ui" : `npm run ui -- --data-dir ${dataDir}`;
}

const NO_SENDING = `Nothing can be sent from a copy of chat.db; --osascript FILE names a program to send with.
`;

function sendOne(url: string, key: string, recipient: string): string {
  return `Send one:

  curl -X POST -H "X-API-Key: ${key}" -H "Content-Type: application/json" \\
    -d '{"recipient":"${recipient}","body":"Hello from Bellhop"}' ${url}/api/v1/messages
`;
}

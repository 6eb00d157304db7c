import type { Gateway } from "../gateway.ts";
import type { LaunchOptions } from "../launch-options.ts";

/** The simulated contact who answers every message. */
const ECHO = "+15550001";

/**
 * What the headless gateway prints when it is ready: where it is, its key, and two commands that work as
 * they stand. A key that was handed in is not repeated: standard output may be a log file.
 */
export function banner(gateway: Gateway & { version: string }, options: LaunchOptions): string {
  const { url } = gateway;
  const given = options.apiKey !== null;
  const key = given ? "$BELLHOP_API_KEY" : gateway.revealKey();
  const recipient = options.mode === "simulated" ? ECHO : "+15551234567";
  const canSend = options.mode === "simulated" || options.osascript !== null;
  const source =
    options.mode === "simulated" ? `simulated Messages (macOS ${options.macos})` : options.chatDb;
  return `
Bellhop ${gateway.version} on ${source}

  URL       ${url}
  API key   ${given ? "as given" : key}
  Settings  ${gateway.uiLink()}
            (opens once, within 10 minutes; npm run ui prints a fresh link)
  Data      ${options.dataDir}

Read the last three messages:

  curl -H "X-API-Key: ${key}" "${url}/api/v1/messages?limit=3"

${canSend ? sendOne(url, key, recipient) : NO_SENDING}
Ctrl-C stops it.

`;
}

const NO_SENDING = `Nothing can be sent from a copy of chat.db; --osascript FILE names a program to send with.
`;

function sendOne(url: string, key: string, recipient: string): string {
  return `Send one:

  curl -X POST -H "X-API-Key: ${key}" -H "Content-Type: application/json" \\
    -d '{"recipient":"${recipient}","body":"Hello from Bellhop"}' ${url}/api/v1/messages
`;
}

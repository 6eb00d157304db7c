import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeAttributedBody } from "../apple-messages/typedstream/attributed-body.ts";
import { realPorts } from "../ports/real.ts";
import { installStandIn } from "../simulator/install-stand-in.ts";
import { at } from "../testing/http-client.ts";
import { runningGateway } from "../testing/running-gateway.ts";
import { MAYA, type SimulatedMessages, simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";

/** A gateway that gives what it sends to a real process, as on a Mac to osascript. */
async function withProcesses() {
  const folder = temporaryFolder();
  const messages = simulatedMessages(folder);
  const osascript = installStandIn({
    simulatedDir: folder,
    nodePath: process.execPath,
    entryPath: resolve(import.meta.dirname, "../osascript-stand-in.ts"),
  });
  const running = await runningGateway({
    folder: join(folder, "gateway"),
    messages,
    ports: { processes: realPorts().processes },
    gateway: { osascript },
    settings: { sendWaitMs: 10_000 },
  });
  return { ...running, messages };
}

/** What Messages has, with the places of its attachments. */
function textOf({ store }: SimulatedMessages, guid: unknown): string {
  const blob = store.database
    .prepare<[unknown], Buffer>("SELECT attributedBody FROM message WHERE guid = ?")
    .pluck()
    .get(guid);
  return (blob && decodeAttributedBody(blob)?.text) ?? "";
}

const EMOJI = "👩🏽‍🚀👨‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿🇩🇪✊🏿";

const HOSTILE: readonly (readonly [string, string])[] = [
  ["quotes of every kind", `"double" 'single' \`back\` “typographic” «French» \\"escaped\\"`],
  ["backslashes", "\\ \\\\ \\n \\t \\u0041 C:\\Users\\x"],
  [
    "AppleScript",
    `" & (do shell script "touch /tmp/pwned") & "\nend tell\ntell application "Finder" to quit`,
  ],
  ["shell", "$(touch /tmp/pwned) `id` ; rm -rf ~ && echo | tee > /dev/null $HOME %s * ? [a-z] {a,b} ~ !!"],
  ["an option of osascript", "-e 'display dialog 1'"],
  ["a lone dash, and two", "-- -"],
  ["right to left, with overrides", "שלום ‮txt.exe‬ مرحبا ⁧abc⁩"],
  ["lines of every kind", "one\ntwo\r\nthree\rfour\u2028five\u2029six\tseven"],
  ["white space at both ends", "  \n inside \t "],
  ["composed and decomposed accents", "é é ñ ñ Å Å"],
  ["emoji in sequences", EMOJI],
  ["what looks like an attachment's place", "a\ufffcb"],
  ["control characters", "\u0001\u0007\u001b[31mred\u001b[0m\u007f\u0085"],
  ["noncharacters and the far planes", "\uffff \u{10ffff} \u{e0001} \u{f0000}"],
  ["zero width", "a\u200bb\u200d\u2060\ufeffc"],
  ["JSON and HTML", `{"a":"</script><img src=x onerror=alert(1)>"}`],
  ["percent and plus", "100% +1 %00 %n %2F"],
];

describe("hostile text arrives byte for byte", () => {
  it("through the API, a process, and chat.db", async () => {
    const { post, ask, messages } = await withProcesses();
    for (const [name, body] of HOSTILE) {
      const answer = await post("/messages", { recipient: MAYA, body });
      expect([name, answer.status, at(answer.json, "outbox_state")]).toEqual([name, 200, "sent"]);
      expect(Buffer.from(textOf(messages, at(answer.json, "guid"))), name).toEqual(Buffer.from(body));
      const item = await ask(`/outbox/${at(answer.json, "outbox_id")}`);
      expect(at(item.json, "parts", 0, "text"), name).toBe(body);
    }
  }, 60_000);

  it("also 100,000 bytes of it", async () => {
    const { post, messages } = await withProcesses();
    const many = EMOJI.repeat(2_000);
    const bytes = Buffer.from(many).subarray(0, 100_000 - (100_000 % Buffer.byteLength(EMOJI)));
    const body = bytes.toString().padEnd(100_000 - bytes.length + bytes.toString().length, "x");
    expect(Buffer.byteLength(body)).toBe(100_000);
    const answer = await post("/messages", { recipient: MAYA, body });
    expect([answer.status, at(answer.json, "outbox_state")]).toEqual([200, "sent"]);
    expect(textOf(messages, at(answer.json, "guid"))).toBe(body);
  }, 60_000);
});

describe("text that cannot be sent as it is", () => {
  it.each([
    ["a NUL", "a\0b", 400, "NUL"],
    ["half a surrogate pair", "a\ud83d", 400, "surrogate"],
    ["the other half", "\ude00b", 400, "surrogate"],
    ["more than 100,000 bytes", `${"é".repeat(50_000)}x`, 413, "100,000 bytes"],
    ["nothing to read", " \n\u00a0", 400, "body"],
  ])("%s is refused, and nothing goes out", async (_name, body, status, words) => {
    const { post, ask } = await runningGateway();
    const answer = await post("/messages", { recipient: MAYA, body });
    expect(answer.status).toBe(status);
    expect(at(answer.json, "error")).toContain(words);
    expect(at((await ask("/outbox")).json, "count")).toBe(0);
  });
});

import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Processes } from "../ports/processes.ts";
import { realPorts } from "../ports/real.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { until } from "../testing/until.ts";
import { applescriptSender } from "./applescript-sender.ts";

const CHAT = { kind: "chat", guid: "any;-;+15550111" } as const;
const textOf = (text: string) => ({ kind: "text", text, replyTo: null }) as const;

/** A sender whose osascript is this shell script, run as a real process; `$0.args` and its like lie beside it. */
function senderWith(script: string, deadlineMs?: number) {
  const folder = temporaryFolder();
  const osascript = join(folder, "osascript");
  writeFileSync(osascript, `#!/bin/sh\n${script}\n`);
  chmodSync(osascript, 0o700);
  const real = realPorts().processes;
  const processes: Processes = {
    run: (command) => real.run({ ...command, timeoutMs: deadlineMs ?? command.timeoutMs }),
  };
  const sender = applescriptSender({ osascript, scripts: "/scripts", open: null, processes });
  return { sender, osascript };
}

describe("arguments reach a real program byte for byte", () => {
  /** Writes each argument with a NUL after it, as only an argument cannot contain one. */
  const KEEPS = `printf '%s\\0' "$@" > "$0.args"; echo sent`;
  const kept = (osascript: string) => readFileSync(`${osascript}.args`, "utf8").split("\0").slice(0, -1);

  it.each([
    ["quotes and backslashes", `"'\\"\\\\ \\n \`'"'"'`],
    ["AppleScript", `" & (do shell script "touch /tmp/hurt") & " \n end tell -- (* ¬`],
    ["shell", "$(touch hurt) `touch hurt` ; touch hurt | cat > hurt && exit 1 # $HOME ~ * \\"],
    ["right to left", "مرحبا \u202eabc\u202c שלום"],
    ["emoji sequences", "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪 1️⃣"],
    ["both compositions of an accent", "é e\u0301 Å \u212b ﬁ"],
    ["line ends of every kind", "a\r\nb\nc\rd\u2028e\u2029f\u0085g\n\n"],
    ["white space alone", "  \t \u00a0\u200b "],
    ["control characters", "\u0001\u0007\u001b[31m\u007f\ufeff"],
    ["what looks like an option", "-e"],
    ["what looks like the end of options", "--"],
    ["a long option", "--help=-l JavaScript"],
    ["what looks like our own answer", "unresolved -1728 (-1743)\n"],
    ["nothing", ""],
    ["100,000 bytes", `${"ü🙂x".repeat(14_285)}12345`],
  ])("%s", async (_what, text) => {
    const { sender, osascript } = senderWith(KEEPS);
    expect(await sender.send(CHAT, textOf(text))).toEqual({ outcome: "taken" });
    const [script, guid, arrived, ...more] = kept(osascript);
    expect([script, guid, more]).toEqual(["/scripts/send-text-to-chat.applescript", CHAT.guid, []]);
    // Not compared as such: 100,000 bytes that differ would all be printed.
    expect([Buffer.byteLength(arrived ?? ""), arrived === text]).toEqual([Buffer.byteLength(text), true]);
    expect(existsSync("hurt")).toBe(false);
  });

  it("and so does any other text, in every place", async () => {
    const { sender, osascript } = senderWith(KEEPS);
    const text = fc.string({ unit: "grapheme", maxLength: 200 }).map((any) => any.replaceAll("\0", ""));
    await fc.assert(
      fc.asyncProperty(text, text, text, async (guid, said, answer) => {
        await sender.send(CHAT, { kind: "text", text: answer, replyTo: { guid, text: said } });
        expect(kept(osascript)).toEqual(["/scripts/reply.applescript", guid, said, answer]);
      }),
      { numRuns: 30 },
    );
  });

  it("what no argument can carry is not begun", async () => {
    const { sender, osascript } = senderWith(KEEPS);
    expect(await sender.send(CHAT, textOf("a\0b"))).toMatchObject({ outcome: "not left", code: -1728 });
    expect(existsSync(`${osascript}.args`)).toBe(false);
  });
});

describe("an osascript that is stuck", () => {
  it("is killed with all that it started, its message may have left, and the next one goes", async () => {
    const { sender, osascript } = senderWith(
      `case "$3" in stuck) sleep 1000 & echo $! > "$0.child"; wait;; esac; echo sent`,
      500,
    );
    const stuck = sender.send(CHAT, textOf("stuck"));
    const next = sender.send(CHAT, textOf("next"));
    await until("it to run", () => existsSync(`${osascript}.child`));
    expect(await stuck).toMatchObject({ outcome: "uncertain", code: -1712 });
    const child = Number(readFileSync(`${osascript}.child`, "utf8"));
    await until("its child to be gone", () => isGone(child));
    expect(await next).toEqual({ outcome: "taken" });
  });
});

/** Whether a process has ended, also when nobody has asked yet how. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && / Z /.test(readFileSync(stat, "utf8"));
}

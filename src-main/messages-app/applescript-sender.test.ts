import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command, Finished } from "../ports/processes.ts";
import { applescriptSender } from "./applescript-sender.ts";
import { errorNumber, faultOfCode } from "./osascript-errors.ts";

/** A sender whose osascript ends like this. */
function senderThat(ends: Partial<Finished> | Error, later: Partial<Finished> = {}) {
  const commands: Command[] = [];
  const sender = applescriptSender({
    osascript: "/usr/bin/osascript",
    scripts: "/scripts",
    open: { file: "/usr/bin/open", args: ["Messages"] },
    processes: {
      async run(command) {
        commands.push(command);
        if (ends instanceof Error) throw ends;
        const end = commands.length === 1 ? ends : later;
        return { exitCode: 0, stdout: "", stderr: "", timedOut: false, ...end };
      },
    },
  });
  return { sender, commands };
}

const CHAT = { kind: "chat", guid: "any;-;+15550111" } as const;
const PERSON = { kind: "participant", address: "+15550111", service: "SMS" } as const;
const TEXT = { kind: "text", text: "hi" } as const;

describe("Messages that does not run", () => {
  it("is opened, and asked once more", async () => {
    const { sender, commands } = senderThat({ stdout: "unresolved -600 not running" }, { stdout: "sent" });
    expect(await sender.send(CHAT, TEXT)).toEqual({ outcome: "taken" });
    const files = commands.map(({ file }) => file);
    expect(files).toEqual(["/usr/bin/osascript", "/usr/bin/open", "/usr/bin/osascript"]);
  });

  it("is asked no third time", async () => {
    const down = { stdout: "unresolved -600 not running" };
    const { sender, commands } = senderThat(down, down);
    expect(await sender.send(CHAT, TEXT)).toMatchObject({ outcome: "not left", code: -600 });
    expect(commands).toHaveLength(3);
  });

  it("is not asked again when the message may have left", async () => {
    const { sender, commands } = senderThat({ exitCode: 1, stderr: "lost (-609)" });
    expect(await sender.send(CHAT, TEXT)).toMatchObject({ outcome: "uncertain" });
    expect(commands).toHaveLength(1);
  });
});

describe("the command line", () => {
  it.each([
    [CHAT, TEXT, ["/scripts/send-text-to-chat.applescript", "any;-;+15550111", "hi"]],
    [PERSON, TEXT, ["/scripts/send-text-to-participant.applescript", "+15550111", "SMS", "hi"]],
    [
      CHAT,
      { kind: "file", path: "/staged/cat.png" } as const,
      ["/scripts/send-file-to-chat.applescript", "any;-;+15550111", "/staged/cat.png"],
    ],
  ])("%j %j", async (target, content, args) => {
    const { sender, commands } = senderThat({ stdout: "sent\n" });
    expect(await sender.send(target, content)).toEqual({ outcome: "taken" });
    expect(commands).toEqual([{ file: "/usr/bin/osascript", args, timeoutMs: 30_000 }]);
  });

  it("carries any text as one argument, as it is", async () => {
    const { sender, commands } = senderThat({ stdout: "sent\n" });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        await sender.send(CHAT, { kind: "text", text });
        expect(commands.at(-1)?.args.slice(1)).toEqual([CHAT.guid, text]);
      }),
    );
  });
});

describe("what osascript says", () => {
  const outcome = async (ends: Partial<Finished> | Error) => {
    const found = await senderThat(ends).sender.send(CHAT, TEXT);
    return "code" in found ? [found.outcome, found.code] : [found.outcome];
  };
  const failed = (code: number) => ({
    exitCode: 1,
    stderr: `x.applescript:1024:1088: execution error: Nicht gefunden (“foo (2)”) (${code})\n`,
  });

  it("unresolved means that nothing has left", async () => {
    expect(await outcome({ stdout: "unresolved -1728 Can’t get chat id.\n" })).toEqual(["not left", -1728]);
  });

  it.each([-1743, -1744, -2741, -2753])("error %i comes before anything is sent", async (code) => {
    expect(await outcome(failed(code))).toEqual(["not left", code]);
  });

  it.each([-1712, -10000, -609, -1728])(
    "after that point error %i means that it may have left",
    async (code) => {
      expect(await outcome(failed(code))).toEqual(["uncertain", code]);
    },
  );

  it("nothing at all, a signal, a timeout: it may have left", async () => {
    expect(await outcome({ exitCode: 0, stdout: "" })).toEqual(["uncertain", null]);
    expect(await outcome({ exitCode: 137 })).toEqual(["uncertain", null]);
    expect(await outcome({ exitCode: null, timedOut: true })).toEqual(["uncertain", -1712]);
  });

  it("no osascript: nothing has left", async () => {
    expect(await outcome(new Error("ENOENT"))).toEqual(["not left", null]);
  });

  it("its number is the last one in parentheses, whatever the language", () => {
    expect(errorNumber("Fehler (3) in „a (b)“ (-1743)")).toBe(-1743);
    expect(errorNumber("no number")).toBeNull();
  });
});

describe("an error as the caller is told", () => {
  it.each([
    [-1743, "automation_denied", 503],
    [-1744, "automation_not_determined", 503],
    [-1728, "target_not_found", 404],
    [-600, "messages_not_running", 503],
    [-10000, "messages_error", 502],
    [-2753, "service_unavailable", 409],
    [-2741, "script_error", 500],
    [-9999, "send_failed", 500],
    [null, "send_failed", 500],
  ])("%s is %s, %i", (code, name, status) => {
    expect(faultOfCode(code, "reason")).toMatchObject({ code: name, status });
  });
});

import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Command, Finished } from "../ports/processes.ts";
import { realPorts } from "../ports/real.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { until } from "../testing/until.ts";
import { APPLE_TOOLS, type Converter, type Target, toolConverter } from "./converter.ts";

const SIZE = "/from.heic\n  pixelWidth: 4032\n  pixelHeight: 3024\n";

const STAYS = new AbortController().signal;

/** A converter whose programs end like these, one after the other, and write `made`. */
function converterThat(ends: readonly (Partial<Finished> | Error)[], made = "made") {
  const commands: Command[] = [];
  const folder = temporaryFolder();
  const to = join(folder, "to");
  const converter = toolConverter({
    tools: APPLE_TOOLS,
    processes: {
      async run(command) {
        const end = ends[commands.length] ?? {};
        commands.push(command);
        if (end instanceof Error) throw end;
        if (command.args.includes(to)) writeFileSync(to, made);
        return { exitCode: 0, stdout: "", stderr: "", timedOut: false, ...end };
      },
    },
  });
  const convert = (format: Target) => converter.convert(format, "/from.heic", to, STAYS);
  return { convert, commands, to };
}

describe("the command lines", () => {
  it("of sips: first the size, then the image", async () => {
    const { convert, commands, to } = converterThat([{ stdout: SIZE }]);
    expect(await convert("jpeg")).toEqual({ outcome: "converted" });
    expect(commands.map(({ file, args }) => [file, ...args])).toEqual([
      ["/usr/bin/sips", "-g", "pixelWidth", "-g", "pixelHeight", "/from.heic"],
      ["/usr/bin/sips", "-s", "format", "jpeg", "-s", "formatOptions", "85", "/from.heic", "--out", to],
    ]);
    for (const { timeoutMs } of commands) expect(timeoutMs).toBeLessThanOrEqual(60_000);
  });

  it("of afconvert", async () => {
    const { convert, commands, to } = converterThat([]);
    expect(await convert("m4a")).toEqual({ outcome: "converted" });
    expect(commands.map(({ file, args }) => [file, ...args])).toEqual([
      ["/usr/bin/afconvert", "-f", "m4af", "-d", "aac", "/from.heic", to],
    ]);
  });

  it("of a voice note", async () => {
    const { convert, commands, to } = converterThat([]);
    expect(await convert("voice note")).toEqual({ outcome: "converted" });
    expect(commands.map(({ file, args }) => [file, ...args])).toEqual([
      ["/usr/bin/afconvert", "-f", "caff", "-d", "opus@24000", "-c", "1", "/from.heic", to],
    ]);
    for (const { timeoutMs } of commands) expect(timeoutMs).toBeLessThanOrEqual(60_000);
  });
});

describe("a conversion fails", () => {
  it.each([
    ["what is no image", "jpeg", [{ stdout: "Warning: /from.heic not a valid file - skipping" }], /no image/],
    [
      "an image too large to unpack",
      "jpeg",
      [{ stdout: "/x\n  pixelWidth: 30000\n  pixelHeight: 30000\n" }],
      /150 million pixels/,
    ],
    ["a look that takes too long", "jpeg", [{ timedOut: true, exitCode: null }], /10 seconds/],
    [
      "an image that takes too long",
      "jpeg",
      [{ stdout: SIZE }, { timedOut: true, exitCode: null }],
      /60 seconds/,
    ],
    ["an image that ends with an error", "jpeg", [{ stdout: SIZE }, { exitCode: 13 }], /damaged/],
    [
      "a sound that ends with an error",
      "m4a",
      [{ exitCode: 1, stderr: "Error: ExtAudioFileOpen" }],
      /damaged/,
    ],
    ["a sound that takes too long", "m4a", [{ timedOut: true, exitCode: null }], /60 seconds/],
    ["a program that cannot be started", "m4a", [new Error("EAGAIN")], /damaged/],
  ] as const)("of %s", async (_what, format, ends, reason) => {
    const end = await converterThat(ends).convert(format);
    expect(end).toEqual({
      outcome: "failed",
      tool: format === "jpeg" ? "sips" : "afconvert",
      reason: expect.stringMatching(reason),
    });
  });

  it("when the program says that all is well, and has made nothing", async () => {
    const end = await converterThat([{ stdout: SIZE }], "").convert("jpeg");
    expect(end).toMatchObject({ outcome: "failed", tool: "sips" });
  });
});

describe("real programs", () => {
  function withScript(script: string): { converter: Converter; folder: string } {
    const folder = temporaryFolder();
    const afconvert = join(folder, "afconvert");
    writeFileSync(afconvert, `#!/bin/sh\n${script}\n`);
    chmodSync(afconvert, 0o700);
    const tools = { jpeg: join(folder, "sips"), m4a: afconvert };
    return { converter: toolConverter({ tools, processes: realPorts().processes }), folder };
  }

  it("are run with the files as arguments, whatever these are called", async () => {
    const { converter, folder } = withScript('cat "$5" > "$6"');
    const [from, to] = [join(folder, "$(touch hurt) 'x' ü.caf"), join(folder, "to.m4a")];
    writeFileSync(from, "sound");
    expect(await converter.convert("m4a", from, to, STAYS)).toEqual({ outcome: "converted" });
    expect(readFileSync(to, "utf8")).toBe("sound");
    expect(existsSync(join(folder, "hurt"))).toBe(false);
  });

  it("are killed with all that they started when they are given up", async () => {
    const { converter, folder } = withScript('echo $$ > "$6.pid"; sleep 1000 & wait');
    const to = join(folder, "to.m4a");
    const ending = new AbortController();
    const end = converter.convert("m4a", "/from.caf", to, ending.signal);
    await until("it to run", () => existsSync(`${to}.pid`));
    ending.abort();
    // It ends when the last of them has let go of its output: the sleep, too.
    expect(await end).toMatchObject({ outcome: "failed" });
  });

  it("that are missing are named", async () => {
    const { converter } = withScript("true");
    expect(await converter.lacks("jpeg")).toBe("sips");
    expect(await converter.lacks("m4a")).toBeNull();
  });
});

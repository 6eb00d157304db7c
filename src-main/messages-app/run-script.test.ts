import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finished, Processes } from "../ports/processes.ts";
import { realPorts } from "../ports/real.ts";
import { errorNumber } from "./osascript-errors.ts";
import { runScript } from "./run-script.ts";

const WRITTEN = "what a correspondent wrote";

const run = (processes: Processes, args: readonly string[] = [WRITTEN], osascript = "/osascript") =>
  runScript(
    { osascript, scripts: "/scripts", processes },
    { script: "react.applescript", args, says: "done", by: "window" },
    1_000,
  );

/** How a script ended, by what osascript printed. */
const ended = (finished: Partial<Finished>) =>
  run({ run: async () => ({ exitCode: 0, stdout: "", stderr: "", timedOut: false, ...finished }) });

describe("the reason of a script that did not do it", () => {
  it("is its own, where it quotes nothing", async () => {
    expect(await ended({ stdout: "unresolved -1728 Messages' field shows no such button\n" })).toEqual({
      end: "unresolved",
      code: -1728,
      reason: "Messages' field shows no such button",
    });
    const stderr =
      "/scripts/react.applescript:10:13: execution error: Not authorized to send Apple events. (-1743)\n";
    expect(await ended({ exitCode: 1, stderr })).toEqual({
      end: "failed",
      code: -1743,
      reason: stderr.trim(),
    });
    expect(await ended({ exitCode: 1 })).toMatchObject({ code: null, reason: "osascript ended with 1" });
    expect(await ended({ exitCode: null })).toMatchObject({ reason: "osascript ended with a signal" });
  });

  it.each(["“", '"', "„", "«", "‹", "「", "‘"])(
    "is its number, where it quotes something behind %s",
    async (mark) => {
      const sentence = `Messages got an error: Can not get ${mark}${WRITTEN}.`;
      expect(await ended({ stdout: `unresolved -1728 ${sentence}` })).toMatchObject({
        reason: "error -1728",
      });
      expect(await ended({ exitCode: 1, stderr: `${sentence} (-1719)\n` })).toMatchObject({
        reason: "error -1719",
      });
      const cut = await ended({ exitCode: 1, stderr: sentence });
      expect(cut).toMatchObject({ code: null, reason: "error without a number" });
    },
  );

  it("still says that it is System Events that may not be controlled", async () => {
    const stderr = "Keine Berechtigung, um Apple-Events an „System Events“ zu senden. (-1743)";
    expect(await ended({ exitCode: 1, stderr })).toMatchObject({ reason: "error -1743 from System Events" });
  });

  it("holds nothing of what stands in quotation marks, whatever that is", async () => {
    const quoted = fc.string({ minLength: 12 }).map((text) => text.replaceAll(/\s/g, "_"));
    await fc.assert(
      fc.asyncProperty(quoted, async (text) => {
        const stderr = `Messages got an error: Can’t get text "${text}". (-10003)`;
        expect(errorNumber(stderr)).toBe(-10003);
        expect(await ended({ exitCode: 1, stderr })).toMatchObject({ reason: "error -10003" });
      }),
    );
  });
});

describe("a script that cannot be begun", () => {
  it("is one that looks for what holds a NUL: nothing of that sort can be found", async () => {
    const end = await run(realPorts().processes, [`${WRITTEN} \0 more`]);
    expect(end).toEqual({ end: "unresolved", code: -1728, reason: expect.not.stringContaining(WRITTEN) });
  });

  it("says by its code why, and quotes no argument", async () => {
    const refusing: Processes = {
      run: () => realPorts().processes.run({ file: "/bin/true", args: [`${WRITTEN} \0`], timeoutMs: 1_000 }),
    };
    expect(await run(refusing)).toEqual({
      end: "not started",
      reason: "osascript could not be started (ERR_INVALID_ARG_VALUE)",
    });
    expect(await run(realPorts().processes, [], "/nowhere/osascript")).toEqual({
      end: "not started",
      reason: "osascript could not be started (ENOENT)",
    });
  });
});

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import type { Command, Finished, Processes } from "../ports/processes.ts";

/** What a caller may have an attachment converted to: a JPEG image, or AAC sound in MPEG-4. */
export const FORMATS = ["jpeg", "m4a"] as const;
export type Format = (typeof FORMATS)[number];
/** … and what is made to be sent: a voice note as Messages records one, Opus in a CAF. */
export type Target = Format | "voice note";

/** How a conversion ended; `reason` completes "… could not convert it: ". */
export type Conversion = { outcome: "converted" } | { outcome: "failed"; tool: string; reason: string };

/** Where files are converted. */
export interface Converter {
  /** The name of the program that is missing for this; null when it is there. */
  lacks(format: Target): Promise<string | null>;
  /**
   * Converts the file at `from` into a new one at `to`; what lies there counts only if it was converted. Never
   * rejects. `signal` has it give up.
   */
  convert(format: Target, from: string, to: string, signal: AbortSignal): Promise<Conversion>;
}

/** macOS' own programs; both have been in every version that is supported. */
export const APPLE_TOOLS: Record<Format, string> = { jpeg: "/usr/bin/sips", m4a: "/usr/bin/afconvert" };

const DEADLINE_MS = 60_000;
const LOOK_DEADLINE_MS = 10_000;
/** Four bytes each when they are unpacked, and the program may hold the image twice: some 1.2 GB. */
const MOST_PIXELS = 150_000_000;
const JPEG_QUALITY = "85";

/**
 * Converts by `sips` and `afconvert`, without a shell, bounded in time; in memory by the number of pixels, since
 * macOS enforces no limit on a process' address space (sound is worked through as a stream).
 * @param tools absolute paths of the programs: APPLE_TOOLS, or stand-ins that take the same arguments.
 */
export function toolConverter({
  tools,
  processes,
}: {
  tools: Record<Format, string>;
  processes: Processes;
}): Converter {
  const toolFor = (format: Target): string => tools[format === "voice note" ? "m4a" : format];

  async function run(command: Command): Promise<Finished> {
    const failed = (thrown: unknown): Finished => {
      const stderr = thrown instanceof Error ? thrown.message : String(thrown);
      return { exitCode: null, stdout: "", stderr, timedOut: false };
    };
    return processes.run(command).catch(failed);
  }

  async function whyNot(
    format: Target,
    from: string,
    to: string,
    signal: AbortSignal,
  ): Promise<string | null> {
    const file = toolFor(format);
    if (format === "jpeg") {
      const args = ["-g", "pixelWidth", "-g", "pixelHeight", from];
      const looked = await run({ file, args, timeoutMs: LOOK_DEADLINE_MS, signal });
      if (looked.timedOut) return inTime(LOOK_DEADLINE_MS);
      const pixels = pixelsIn(looked.stdout);
      if (pixels === null) return "it is no image that this Mac can read";
      if (pixels > MOST_PIXELS) return `it has more than ${MOST_PIXELS / 1e6} million pixels`;
    }
    const made = await run({ file, args: argumentsFor(format, from, to), timeoutMs: DEADLINE_MS, signal });
    if (made.timedOut) return inTime(DEADLINE_MS);
    // sips ends with 0 whatever happens: the file is the proof.
    const size = await stat(to).then(
      (file) => file.size,
      () => 0,
    );
    return made.exitCode === 0 && size > 0 ? null : "it is damaged, or of a kind that this Mac cannot read";
  }

  return {
    async lacks(format) {
      const tool = toolFor(format);
      const isThere = await access(tool, constants.X_OK).then(
        () => true,
        () => false,
      );
      return isThere ? null : nameOf(tool);
    },
    async convert(format, from, to, signal) {
      const reason = await whyNot(format, from, to, signal);
      return reason === null
        ? { outcome: "converted" }
        : { outcome: "failed", tool: nameOf(toolFor(format)), reason };
    },
  };
}

const inTime = (ms: number): string => `it was not done in ${ms / 1_000} seconds`;
const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function argumentsFor(format: Target, from: string, to: string): string[] {
  switch (format) {
    case "jpeg":
      return ["-s", "format", "jpeg", "-s", "formatOptions", JPEG_QUALITY, from, "--out", to];
    case "m4a":
      return ["-f", "m4af", "-d", "aac", from, to];
    default:
      return ["-f", "caff", "-d", "opus@24000", "-c", "1", from, to];
  }
}

/** From what `sips -g` prints: the path, then a line `  pixelWidth: 4032` for each. Null when it names none. */
function pixelsIn(printed: string): number | null {
  const width = /^\s+pixelWidth: (\d{1,9})$/m.exec(printed)?.[1];
  const height = /^\s+pixelHeight: (\d{1,9})$/m.exec(printed)?.[1];
  return width === undefined || height === undefined ? null : Number(width) * Number(height);
}

import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { type LogFileOptions, openLogFile } from "./log-file.ts";

function options(folder: string, other: Partial<LogFileOptions> = {}): LogFileOptions {
  return { folder, name: "bellhop", largest: 100, kept: 3, lost: (lines) => `lost ${lines}\n`, ...other };
}
const read = (folder: string, name = "bellhop.log"): string => readFileSync(join(folder, name), "utf8");

describe("log files", () => {
  it("move on by one when the current one is full, and the oldest goes", () => {
    const folder = temporaryFolder();
    const file = openLogFile(options(folder));
    for (let line = 0; line < 40; line += 1) file.write(`line ${String(line).padStart(4, "0")}\n`);
    expect(readdirSync(folder).sort()).toEqual(["bellhop.1.log", "bellhop.2.log", "bellhop.log"]);
    const all = read(folder, "bellhop.2.log") + read(folder, "bellhop.1.log") + read(folder);
    const lines = all.trimEnd().split("\n");
    // Ten lines of ten bytes fill a file.
    expect(lines).toHaveLength(30);
    expect(lines[0]).toBe("line 0010");
    expect(lines.at(-1)).toBe("line 0039");
    for (const name of readdirSync(folder)) {
      const { mode, size } = statSync(join(folder, name));
      expect(mode & 0o777).toBe(0o600);
      expect(size).toBeLessThanOrEqual(100);
    }
  });

  it("go on where the last run stopped", () => {
    const folder = temporaryFolder();
    const before = openLogFile(options(folder));
    before.write(`${"a".repeat(89)}\n`);
    before.close();
    const after = openLogFile(options(folder));
    after.write("fits in\n");
    after.write("does not\n");
    expect(read(folder)).toBe("does not\n");
    expect(read(folder, "bellhop.1.log")).toContain("fits in");
  });

  it("take a line that is larger than a file", () => {
    const folder = temporaryFolder();
    const file = openLogFile(options(folder));
    file.write(`${"x".repeat(500)}\n`);
    file.write("next\n");
    expect(read(folder)).toBe("next\n");
  });

  it.skipIf(!existsSync("/dev/full"))("on a full disk: say later what was lost, and never throw", () => {
    const folder = temporaryFolder();
    symlinkSync("/dev/full", join(folder, "bellhop.log"));
    const file = openLogFile(options(folder));
    file.write("one\n");
    file.write("two\n");
    rmSync(join(folder, "bellhop.log"));
    file.write("three\n");
    expect(read(folder)).toBe("lost 2\nthree\n");
  });

  it("do not put two lines into one when only half of one could be written", () => {
    const folder = temporaryFolder();
    let room = 6;
    const file = openLogFile(
      options(folder, {
        writeSome(descriptor, bytes, offset) {
          if (room === 0) throw new Error("ENOSPC");
          const written = writeSync(descriptor, bytes, offset, Math.min(room, bytes.length - offset));
          room -= written;
          return written;
        },
      }),
    );
    file.write("first line\n");
    room = 1000;
    file.write("second line\n");
    expect(read(folder)).toBe("first \nlost 1\nsecond line\n");
  });

  it("begin anew in a folder that was taken away", () => {
    const folder = join(temporaryFolder(), "logs");
    const file = openLogFile(options(folder));
    file.write("one\n");
    file.close();
    rmSync(folder, { recursive: true });
    file.write("two\n");
    expect(read(folder)).toBe("two\n");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
});

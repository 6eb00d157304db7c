import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Fault } from "../../src-shared/faults.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { settle, until } from "../testing/until.ts";
import { type ConversionSource, openConvertedFiles } from "./converted-files.ts";
import type { Conversion, Converter } from "./converter.ts";

const LIMITS = { files: 100, bytes: 1_000, sourceBytes: 1_000, waiting: 20 };

/** Converts by putting the format in front; one at a time is let through when `held`. */
function setUp(
  options: { limits?: Partial<typeof LIMITS>; held?: boolean; lacks?: string; fails?: string } = {},
) {
  const folder = join(temporaryFolder(), "converted");
  const originals = temporaryFolder();
  const seen: { from: string; mode: number; at: number }[] = [];
  const gates: (() => void)[] = [];
  let running = 0;
  const converter: Converter = {
    lacks: async () => options.lacks ?? null,
    async convert(format, from, to, signal): Promise<Conversion> {
      running += 1;
      seen.push({ from, mode: statSync(from).mode & 0o777, at: running });
      if (options.held) {
        await new Promise<void>((resolve) => {
          gates.push(resolve);
          signal.addEventListener("abort", () => resolve());
        });
      }
      writeFileSync(to, `${format} of ${readFileSync(from, "utf8")}`, { mode: 0o644 });
      running -= 1;
      return options.fails
        ? { outcome: "failed", tool: "sips", reason: options.fails }
        : { outcome: "converted" };
    },
  };
  const files = openConvertedFiles({ folder, converter, limits: { ...LIMITS, ...options.limits } });
  const original = (name: string, content = name): ConversionSource => {
    const path = join(originals, name);
    writeFileSync(path, content, { mode: 0o644 });
    const { size, mtimeMs } = statSync(path);
    return { guid: name, path, size, mtimeMs };
  };
  return { folder, files, original, seen, gates };
}

const named = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

async function refusal(asking: Promise<unknown>): Promise<[string, string]> {
  const thrown = await asking.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Fault)) throw new Error("it was not refused");
  return [thrown.code, thrown.message];
}

describe("a conversion", () => {
  it("is made on a private copy, and leaves nothing but a private file", async () => {
    const { files, original, seen, folder } = setUp();
    const source = original("cat.heic");
    const { root, path } = await files.get("jpeg", source);
    expect(readFileSync(join(root, path), "utf8")).toBe("jpeg of cat.heic");
    expect(statSync(join(root, path)).mode & 0o777).toBe(0o600);
    expect(statSync(root).mode & 0o777).toBe(0o700);
    expect(named(folder)).toEqual([path]);
    expect(seen).toMatchObject([{ from: expect.stringMatching(/original\.heic$/), mode: 0o600 }]);
    expect(seen[0]?.from).not.toBe(source.path);
  });

  it("is kept: asking again gives the same file", async () => {
    const { files, original, seen } = setUp();
    const source = original("cat.heic");
    const first = await files.get("jpeg", source);
    expect(await files.get("jpeg", source)).toEqual(first);
    expect(seen).toHaveLength(1);
  });

  it("is made again when the file has changed", async () => {
    const { files, original, seen } = setUp();
    const first = await files.get("jpeg", original("cat.heic"));
    const second = await files.get("jpeg", original("cat.heic", "another cat"));
    expect(readFileSync(join(second.root, second.path), "utf8")).toBe("jpeg of another cat");
    expect(second.path).not.toBe(first.path);
    expect(seen).toHaveLength(2);
  });

  it("is made again when what was kept is gone", async () => {
    const { files, original, seen } = setUp();
    const source = original("cat.heic");
    const { root, path } = await files.get("jpeg", source);
    rmSync(join(root, path));
    await files.get("jpeg", source);
    expect([seen.length, existsSync(join(root, path))]).toEqual([2, true]);
  });

  it("of the same file is made once, however many ask for it", async () => {
    const { files, original, seen, gates } = setUp({ held: true });
    const source = original("cat.heic");
    const asked = Array.from({ length: 5 }, () => files.get("jpeg", source));
    await until("it to be under way", () => gates.length === 1);
    const late = files.get("jpeg", source);
    gates[0]?.();
    const answers = await Promise.all([...asked, late]);
    expect(new Set(answers.map(({ path }) => path)).size).toBe(1);
    expect(seen).toHaveLength(1);
  });

  it("waits while two others run", async () => {
    const { files, original, seen, gates } = setUp({ held: true });
    const asked = ["a", "b", "c", "d"].map((name) => files.get("m4a", original(name)));
    await until("two to run", () => gates.length === 2);
    await settle(50);
    expect(seen).toHaveLength(2);
    for (let done = 0; done < 4; done += 1) {
      await until("the next to run", () => gates.length > done);
      gates[done]?.();
    }
    await Promise.all(asked);
    expect(Math.max(...seen.map(({ at }) => at))).toBe(2);
  });
});

describe("whoever asks", () => {
  it("is told to come back when too many wait", async () => {
    const { files, original, gates } = setUp({ held: true, limits: { waiting: 1 } });
    const sources = ["a", "b", "c"].map((name) => original(name));
    const asked = sources.map((source) => files.get("m4a", source));
    await until("two to run", () => gates.length === 2);
    const refused = await files.get("m4a", original("d")).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: "busy", status: 503, retryAfter: 10 });
    // Who waits for one of those that wait already is not one more.
    for (const source of sources) asked.push(files.get("m4a", source));
    for (let done = 0; done < 3; done += 1) {
      await until("the next to run", () => gates.length > done);
      gates[done]?.();
    }
    await Promise.all(asked);
  });

  it("and leaves has its conversion given up, whether it runs or waits", async () => {
    const { files, original, seen, gates, folder } = setUp({ held: true });
    const clients = ["a", "b", "c"].map((name) => {
      const leaving = new AbortController();
      return { leaving, asked: refusal(files.get("m4a", original(name), leaving.signal)) };
    });
    await until("two to run", () => gates.length === 2);
    for (const { leaving } of clients.toReversed()) leaving.abort();
    await Promise.all(clients.map(({ asked }) => asked));
    expect([seen.length, named(folder)]).toEqual([2, []]);
    const next = files.get("m4a", original("d"));
    await until("the next to run", () => gates.length === 3);
    gates[2]?.();
    await next;
  });

  it("and leaves takes nothing from another who waits for the same, nor from who asks later", async () => {
    const { files, original, seen, gates } = setUp({ held: true });
    const [one, two] = [new AbortController(), new AbortController()];
    const source = original("a");
    const asked = files.get("m4a", source, one.signal);
    const also = files.get("m4a", source, two.signal);
    await until("it to run", () => gates.length === 1);
    one.abort();
    gates[0]?.();
    expect((await also).path).toBe((await asked).path);
    const other = original("b");
    const given = refusal(files.get("m4a", other, two.signal));
    await until("it to run", () => gates.length === 2);
    two.abort();
    const later = files.get("m4a", other);
    await given;
    await until("it to run again", () => gates.length === 3);
    gates[2]?.();
    await later;
    expect(seen).toHaveLength(3);
  });

  it("for what has become a folder or a pipe is not kept waiting", async () => {
    const { files, original } = setUp();
    const source = original("cat.heic");
    rmSync(source.path);
    mkdirSync(source.path);
    expect((await refusal(files.get("jpeg", source)))[0]).toBe("not_found");
  });
});

describe("what is kept", () => {
  it("is no more than so many files: the longest unused goes first", async () => {
    const { files, original, folder, seen } = setUp({ limits: { files: 2 } });
    const [a, b, c] = [original("a"), original("b"), original("c")];
    const { path: pathOfA } = await files.get("m4a", a);
    const { path: pathOfB } = await files.get("m4a", b);
    await files.get("m4a", a);
    const { path: pathOfC } = await files.get("m4a", c);
    expect(named(folder).sort()).toEqual([pathOfA, pathOfC].sort());
    expect(named(folder)).not.toContain(pathOfB);
    expect(seen).toHaveLength(3);
  });

  it("is no more than so many bytes, but always the newest", async () => {
    const { files, original, folder } = setUp({ limits: { bytes: 40 } });
    await files.get("m4a", original("a", "x".repeat(20)));
    const { path } = await files.get("m4a", original("b", "x".repeat(100)));
    expect(named(folder)).toEqual([path]);
  });

  it("does not outlast a start", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "half.work"));
    writeFileSync(join(folder, "old.jpeg"), "old");
    const converter: Converter = { lacks: async () => null, convert: async () => ({ outcome: "converted" }) };
    openConvertedFiles({ folder, converter });
    await until(
      "it to be emptied",
      () => !existsSync(join(folder, "old.jpeg")) && !existsSync(join(folder, "half.work")),
    );
  });
});

describe("the end", () => {
  it("gives up what is under way and what waits, and leaves nothing", async () => {
    const { files, original, folder, gates } = setUp({ held: true });
    const asked = ["a", "b", "c"].map((name) => refusal(files.get("m4a", original(name))));
    await until("two to run", () => gates.length === 2);
    await files.close();
    for (const [code] of await Promise.all(asked)) expect(code).toBe("shutting_down");
    expect([existsSync(folder), gates.length]).toEqual([false, 2]);
  });
});

describe("a conversion that is not possible", () => {
  it("for want of the program says which one, and that it takes a Mac", async () => {
    const { files, original, folder } = setUp({ lacks: "sips" });
    const [code, sentence] = await refusal(files.get("jpeg", original("cat.heic")));
    expect(code).toBe("feature_unavailable");
    expect(sentence).toMatch(/^sips is not on this computer: conversion works on a Mac only/);
    expect(named(folder)).toEqual([]);
  });

  it("leaves nothing behind, and is tried again when asked for again", async () => {
    const { files, original, folder, seen } = setUp({ fails: "it is damaged" });
    const source = original("cat.heic");
    expect(await refusal(files.get("jpeg", source))).toEqual([
      "messages_error",
      "sips could not convert attachment cat.heic: it is damaged",
    ]);
    await refusal(files.get("jpeg", source));
    expect(named(folder)).toEqual([]);
    expect(seen).toHaveLength(2);
  });

  it("does not hold up the next one", async () => {
    const { files, original } = setUp({ fails: "it is damaged" });
    for (const name of ["a", "b", "c", "d", "e"]) await refusal(files.get("jpeg", original(name)));
  });

  it("of a file that is too large is not begun", async () => {
    const { files, original, seen } = setUp({ limits: { sourceBytes: 10 } });
    const [code] = await refusal(files.get("jpeg", original("cat.heic", "x".repeat(11))));
    expect([code, seen.length]).toEqual(["invalid_request", 0]);
  });

  it("of a file that has gone is 404", async () => {
    const { files, original } = setUp();
    const source = original("cat.heic");
    rmSync(source.path);
    expect((await refusal(files.get("jpeg", source)))[0]).toBe("not_found");
  });

  it("for want of room is told as that", async () => {
    const { files, original, folder } = setUp();
    await files.get("m4a", original("first"));
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "in the way");
    expect((await refusal(files.get("jpeg", original("cat.heic"))))[0]).toBe("storage_unavailable");
  });
});

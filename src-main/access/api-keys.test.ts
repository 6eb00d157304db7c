import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realPorts } from "../ports/real.ts";
import { ownDatabase } from "../testing/own-database.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openApiKeys } from "./api-keys.ts";

function keysIn(folder: string, given: string | null = null) {
  const { database, vault, close } = ownDatabase(folder);
  const { clock, randomness } = realPorts();
  return { close, database, keys: openApiKeys({ database, vault, clock, randomness, given }) };
}

describe("the first key", () => {
  it("is made on the first start: 32 random bytes behind a prefix", () => {
    const { keys } = keysIn(temporaryFolder());
    expect(keys.reveal()).toMatch(/^bh_[A-Za-z0-9_-]{43}$/);
    expect(keys.reveal()).not.toBe(keysIn(temporaryFolder()).keys.reveal());
  });

  it("opens, and nothing else does", () => {
    const { keys } = keysIn(temporaryFolder());
    const key = keys.reveal();
    expect(keys.authenticate(key)).toMatchObject({ id: "first", lastFour: key.slice(-4) });
    for (const wrong of ["", "bh_", key.slice(0, -1), `${key}x`, key.toUpperCase(), ` ${key}`]) {
      expect(keys.authenticate(wrong)).toBeNull();
    }
  });

  it("is the same after a restart", () => {
    const folder = temporaryFolder();
    const first = keysIn(folder);
    const key = first.keys.reveal();
    first.close();
    expect(keysIn(folder).keys.reveal()).toBe(key);
  });

  it("stands in no file as it is", () => {
    const folder = temporaryFolder();
    const { keys, database } = keysIn(folder);
    database.pragma("wal_checkpoint(TRUNCATE)");
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name)).includes(keys.reveal().slice(3))).toBe(false);
    }
  });
});

describe("a key that is given", () => {
  it("holds instead, is kept nowhere, and leaves the stored one as it was", () => {
    const folder = temporaryFolder();
    const first = keysIn(folder);
    const stored = first.keys.reveal();
    first.close();
    const second = keysIn(folder, "given-for-this-run");
    expect(second.keys.authenticate("given-for-this-run")).not.toBeNull();
    expect(second.keys.authenticate(stored)).toBeNull();
    second.close();
    const third = keysIn(folder);
    expect(third.keys.reveal()).toBe(stored);
    expect(third.keys.authenticate("given-for-this-run")).toBeNull();
  });
});

import Sqlite from "better-sqlite3";
import { afterAll, describe, expect, it } from "vitest";
import { runSeed } from "./run-seed.ts";
import { makeTemplates } from "./templates.ts";

const templates = makeTemplates();
afterAll(templates.remove);

describe("the simulation", () => {
  it("finds nothing wrong with a few seeds; npm run test:sim plays thousands", async () => {
    for (let seed = 100_001; seed <= 100_012; seed += 1) {
      expect(await runSeed(seed, templates)).toMatchObject({ seed, violations: [] });
    }
  });

  it("plays a seed the same alone, after others and on files of its own", async () => {
    const first = await runSeed(7, templates);
    await runSeed(8, templates);
    expect(await runSeed(7, templates)).toEqual(first);
    const others = makeTemplates();
    try {
      expect(await runSeed(7, others)).toEqual(first);
    } finally {
      others.remove();
    }
  });

  it("plays another seed otherwise", async () => {
    const [one, other] = [await runSeed(7, templates), await runSeed(8, templates)];
    expect(one.digest).not.toBe(other.digest);
  });

  it("says in a trace what happens, and when", async () => {
    const lines: string[] = [];
    await runSeed(7, templates, (line) => lines.push(line));
    expect(lines[0]).toMatch(/^ +0\.000 s the gateway starts, for the 1\. time$/);
    expect(lines.join("\n")).toMatch(/Messages commits: .*receive/);
    expect(lines.at(-1)).toMatch(/ s /);
  });

  it("begins every seed with the same chat.db", async () => {
    const fresh = makeTemplates();
    try {
      const before = contentOf(fresh.stage().path);
      for (const seed of [1, 2, 3]) await runSeed(seed, fresh);
      const stage = fresh.stage();
      expect(contentOf(stage.path)).toEqual(before);
    } finally {
      fresh.remove();
    }
  });
});

/** Every row of every table. */
function contentOf(path: string): Record<string, unknown[]> {
  const database = new Sqlite(path, { readonly: true });
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all();
  const rows = tables.map((name) => [name, database.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).all()]);
  database.close();
  return Object.fromEntries(rows);
}

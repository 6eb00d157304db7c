import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { run } from "./child.ts";
import { inRoot } from "./root.ts";

const Report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** One file that breaks each rule, by its rule. Everything imported exists, but for one. */
const OFFENDERS: Record<string, [path: string, source: string]> = {
  "no-cycles": ["src-main/sending/a.ts", `import "./b.ts"; export {};`],
  resolvable: ["src-main/sending/lost.ts", `import "./nowhere.ts";`],
  "electron-stays-in-the-shell": ["src-main/http/listener.ts", `import { app } from "electron"; app;`],
  "only-roots-use-the-shell": ["src-main/http/tray.ts", `import "../desktop/tray.ts";`],
  "window-knows-only-what-is-shared": ["src-renderer/page.tsx", `import "../src-main/gateway.ts";`],
  "window-runs-without-node": ["src-renderer/disk.ts", `import "node:fs";`],
  "shared-runs-without-node": ["src-shared/disk.ts", `import "node:fs";`],
  "shared-knows-only-itself-and-zod": ["src-shared/page.ts", `import "react";`],
  "reader-knows-no-gateway": [
    "src-main/apple-messages/feed.ts",
    `import type { Database } from "../storage/database.ts"; export type Feed = Database;`,
  ],
  "dialects-are-strangers": ["src-main/dialects/mcp/tools.ts", `import "../aimessage/routes.ts";`],
  "dialects-only-translate": ["src-main/dialects/mcp/sql.ts", `import "better-sqlite3";`],
  "outside-world-is-handed-in": ["src-main/sending/outbox.ts", `import "../ports/real.ts";`],
  "network-is-guarded": ["src-main/files/fetch.ts", `import "node:https";`],
  "simulation-is-a-test": ["src-main/journal/world.ts", `import "../simulation/world.ts";`],
  "simulator-stays-apart": ["src-main/gateway.ts", `import "./simulator/store.ts";`],
};

/** What the offenders import, and the places that may do what others may not. */
const INNOCENT: Record<string, string> = {
  "src-main/sending/b.ts": `import "./a.ts"; export {};`,
  "src-main/desktop/tray.ts": `import { Tray } from "electron"; Tray;`,
  "src-main/storage/database.ts": `import "better-sqlite3"; export interface Database { path: string }`,
  "src-main/dialects/aimessage/routes.ts": "export {};",
  "src-main/dialects/mcp/main.ts": `import "./tools.ts";`,
  "src-main/ports/real.ts": `import "node:child_process";`,
  "src-main/simulator/store.ts": "export {};",
  "src-main/simulation/world.ts": `import "../ports/real.ts";`,
  "src-main/egress/tls.ts": `import "node:tls";`,
  "src-main/main.ts": `import "electron-store"; import "./desktop/tray.ts"; import "./ports/real.ts";`,
  "src-main/headless.ts": `import "./ports/real.ts"; import "./simulator/store.ts";`,
  "src-main/cli/simulate.ts": `import "../ports/real.ts"; import "../simulator/store.ts";`,
  "src-renderer/app.tsx": `import "react"; import "../src-shared/status.ts";`,
  "src-shared/status.ts": `import "zod"; import "./settings.ts";`,
  "src-shared/settings.ts": "export {};",
};
const PACKAGES = ["electron", "electron-store", "react", "zod", "better-sqlite3"];

let folder = "";
let broken: { from: string; rule: string }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bellhop-imports-"));
  for (const name of PACKAGES) await write(`node_modules/${name}/index.js`, "module.exports = {};");
  for (const [path, source] of Object.values(OFFENDERS)) await write(path, source);
  for (const [path, source] of Object.entries(INNOCENT)) await write(path, source);
  broken = await violations();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, source: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, source);
}

async function violations(): Promise<{ from: string; rule: string }[]> {
  const report = join(folder, "report.json");
  const config = inRoot(".dependency-cruiser.cjs");
  const args = [
    "--config",
    config,
    "--output-type",
    "json",
    "--output-to",
    report,
    "src-main",
    "src-renderer",
  ];
  await run("depcruise", [...args, "src-shared"], { cwd: folder, timeoutMs: 25_000, quiet: true });
  const { default: json } = await import(report, { with: { type: "json" } });
  return Report.parse(json).summary.violations.map(({ from, rule }) => ({ from, rule: rule.name }));
}

describe("who may import whom", () => {
  it.each(Object.entries(OFFENDERS))("%s bites", (rule, [from]) => {
    expect(broken).toContainEqual({ from, rule });
  });

  it("names a breach of every rule there is", async () => {
    const { default: config } = await import(inRoot(".dependency-cruiser.cjs"));
    const names = z.object({ forbidden: z.array(z.object({ name: z.string() })) }).parse(config);
    expect(names.forbidden.map((rule) => rule.name).toSorted()).toEqual(Object.keys(OFFENDERS).toSorted());
  });

  it("lets everybody else alone", () => {
    const innocent = broken.filter(({ from, rule }) => from in INNOCENT && rule !== "no-cycles");
    expect(innocent).toEqual([]);
  });
});

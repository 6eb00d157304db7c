import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { inRoot } from "../scripts/root.ts";
import { encodeCursor } from "../src-main/apple-messages/history/cursor.ts";
import { makeLargeDatabase } from "../src-main/simulator/large-database.ts";

/** A million messages come in so many conversations. */
const CONVERSATIONS = 2_000;
const MILLION = 1_000_000;

/** A large chat.db, and what a benchmark has to know of it. */
export interface LargeDatabase {
  path: string;
  conversations: number;
  /** The guid of the conversation with most messages. */
  hottest: string;
  /** The guid of any conversation that holds something, by chance (0 to 1). */
  any(fraction: number): string;
  /** A cursor after which that share of all messages has been passed. */
  cursorAt(share: number): string;
}

/** Makes one, or takes the one that an earlier run has left in the system's folder for such things. */
export function largeDatabase(messages: number): LargeDatabase {
  const conversations = Math.max(20, Math.round((messages / MILLION) * CONVERSATIONS));
  const folder = join(tmpdir(), "bellhop-bench", `${messages}-${generatorDigest()}`);
  const path = join(folder, "chat.db");
  const finished = join(folder, "finished");
  if (!existsSync(finished)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    process.stdout.write(`  making ${messages.toLocaleString("en")} messages …\n`);
    makeLargeDatabase({ path, macos: 26, messages, conversations, seed: 1, now: Date.now() });
    writeFileSync(finished, "");
  }
  return { path, conversations, ...lookInto(path) };
}

function lookInto(path: string): Pick<LargeDatabase, "hottest" | "any" | "cursorAt"> {
  const database = new Sqlite(path, { readonly: true });
  try {
    const byCount = database
      .prepare<[], string>(
        `SELECT c.guid FROM chat_message_join j JOIN chat c ON c.ROWID = j.chat_id
         GROUP BY j.chat_id ORDER BY COUNT(*) DESC`,
      )
      .pluck()
      .all();
    const count = database.prepare<[], number>("SELECT COUNT(*) FROM message").pluck().get() ?? 0;
    const nth = database
      .prepare<[number], { date: bigint; rowId: bigint }>(
        "SELECT date, ROWID AS rowId FROM message ORDER BY date DESC, ROWID DESC LIMIT 1 OFFSET ?",
      )
      .safeIntegers();
    const cursors = new Map(
      [0, 0.01, 0.5, 0.99].map((share) => {
        const place = nth.get(Math.floor(share * count));
        return [share, place ? encodeCursor(place) : ""];
      }),
    );
    return {
      hottest: byCount[0] ?? "",
      any: (fraction) => byCount[Math.floor(fraction * byCount.length)] ?? "",
      cursorAt: (share) => cursors.get(share) ?? "",
    };
  } finally {
    database.close();
  }
}

/** Another generator makes another database. */
function generatorDigest(): string {
  const files = ["large-database.ts", "large-database-words.ts", "store/statements.ts", "store/messages.ts"];
  const schema = readdirSync(inRoot("src-main", "simulator", "schema")).map((name) => `schema/${name}`);
  const hash = createHash("sha256");
  for (const name of [...files, ...schema.sort()])
    hash.update(readFileSync(inRoot("src-main", "simulator", name)));
  return hash.digest("hex").slice(0, 12);
}

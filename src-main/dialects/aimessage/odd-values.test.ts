import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { receiveMessage } from "../../simulator/message-store.ts";
import { at } from "../../testing/http-client.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA, type SimulatedMessages } from "../../testing/simulated-messages.ts";

/** What SQLite lets a program write into any column, whatever its declared type. */
const ODD: readonly unknown[] = [
  1e300,
  -1e300,
  Number.POSITIVE_INFINITY,
  0.5,
  -1,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 53n,
  10n ** 18n,
  "",
  "text",
  "9".repeat(30),
  "::",
  Buffer.alloc(0),
  Buffer.from([0, 255]),
  null,
];

const TABLES = ["message", "attachment", "handle", "chat"] as const;
type Table = (typeof TABLES)[number];

function columnsOf({ store }: SimulatedMessages, table: Table): string[] {
  return store.database
    .prepare<[string], string>("SELECT name FROM pragma_table_info(?) WHERE name <> 'ROWID'")
    .pluck()
    .all(table);
}

/** Writes what a constraint of the schema allows; says whether it did. */
function write(
  messages: SimulatedMessages,
  table: Table,
  column: string,
  value: unknown,
  id: number,
): boolean {
  try {
    messages.sql(`UPDATE ${table} SET "${column}" = ? WHERE ROWID = ?`, value, id);
    return true;
  } catch {
    return false;
  }
}

/** A message with a file, from somebody of whom no other row tells; the ROWIDs of what it is made of. */
function freshMessage(messages: SimulatedMessages, number: number): Record<Table, number> {
  const from = `+1555${String(1_000_000 + number)}`;
  const chat = messages.chatWith(from);
  const files = [{ name: "cat.png", content: new Uint8Array([1]) }];
  const { id } = receiveMessage(messages.store, { chat, from, text: "hi", files });
  const newest = (table: Table): number =>
    messages.store.database.prepare<[], number>(`SELECT MAX(ROWID) FROM ${table}`).pluck().get() ?? 0;
  return { message: id, attachment: newest("attachment"), handle: newest("handle"), chat: chat.id };
}

describe("whatever a column holds", () => {
  it.each(TABLES)(
    "no call fails: each odd value in each column of %s",
    { timeout: 60_000 },
    async (table) => {
      const { ask, messages } = await runningGateway();
      const written: { id: number; what: string }[] = [];
      messages.store.database.transaction(() => {
        let number = 0;
        for (const column of columnsOf(messages, table)) {
          for (const value of ODD) {
            number += 1;
            const fresh = freshMessage(messages, number);
            if (write(messages, table, column, value, fresh[table])) {
              written.push({ id: fresh.message, what: `${column} = ${String(value)}` });
            }
          }
        }
      })();
      expect(written.length).toBeGreaterThan(columnsOf(messages, table).length * 10);
      // A page that fails is looked into, row by row, to say why.
      const failed: string[] = [];
      for (const list of ["/messages?limit=200&kinds=all", "/conversations?limit=200"]) {
        for (let offset = 0; ; offset += 200) {
          const page = await ask(`${list}&offset=${offset}`);
          if (page.status !== 200) failed.push(`${list} from ${offset}: ${page.text.slice(0, 200)}`);
          if (page.status !== 200 || at(page.json, "count") !== 200) break;
        }
      }
      for (const { id, what } of failed.length > 0 || table === "message" ? written : written.slice(0, 50)) {
        const one = await ask(`/messages/${id}`);
        if (one.status !== 200) failed.push(`${what}: ${one.status} ${one.text.slice(0, 200)}`);
      }
      expect(failed).toEqual([]);
    },
  );

  it("no call fails: odd values in several columns at once", { timeout: 60_000 }, async () => {
    const { ask, messages } = await runningGateway();
    const places = TABLES.flatMap((table) => columnsOf(messages, table).map((column) => ({ table, column })));
    const damage = fc.array(fc.tuple(fc.constantFrom(...places), fc.constantFrom(...ODD)), {
      minLength: 1,
      maxLength: 12,
    });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (values) => {
        number += 1;
        const fresh = freshMessage(messages, number);
        for (const [{ table, column }, value] of values) write(messages, table, column, value, fresh[table]);
        const paths = ["/messages?limit=5", "/messages?limit=5&kinds=all", "/conversations?limit=5"];
        for (const path of [...paths, `/messages/${fresh.message}`]) {
          const { status, text } = await ask(path);
          expect(status, `${path}: ${text.slice(0, 300)}`).toBe(200);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("a time or a number that can be none is told as none, and the message stays", async () => {
    const { ask, messages } = await runningGateway();
    const { id } = messages.receive("still here", { from: MAYA });
    for (const column of ["date_read", "date_played"]) write(messages, "message", column, 1e300, id);
    write(messages, "message", "error", 2n ** 63n - 1n, id);
    const { json } = await ask(`/messages/${id}`);
    expect(json).toMatchObject({ body: "still here", read_at: null, played_at: null, error_code: 0 });
    write(messages, "message", "guid", Buffer.from([1, 2]), id);
    expect((await ask(`/messages/${id}`)).json).toMatchObject({ guid: "", body: "still here" });
  });
});

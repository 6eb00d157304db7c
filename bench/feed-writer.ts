import { realPorts } from "../src-main/ports/real.ts";
import {
  closeMessageStore,
  ensureDirect,
  openMessageStore,
  receiveMessage,
  transact,
} from "../src-main/simulator/message-store.ts";

/**
 * Writes messages into a simulated chat.db: so many at once in each transaction, and so long between them. Prints
 * each one's guid and when its COMMIT returned, on the clock that all processes share, but only at the end:
 * a line for each would wake whoever measures.
 */
const [path = "", rows = "0", atOnce = "1", everyMs = "20"] = process.argv.slice(2);
const { clock, randomness } = realPorts();
const store = openMessageStore({ path, clock, randomness });
const chat = ensureDirect(store, "+15550142", "iMessage");
const lines: string[] = [];
for (let at = 0; at < Number(rows); at += Number(atOnce)) {
  const guids = transact(store, () =>
    Array.from({ length: Number(atOnce) }, (_, more) =>
      receiveMessage(store, { chat, from: "+15550142", text: `row ${at + more}` }),
    ),
  );
  const committed = Number(process.hrtime.bigint()) / 1e6;
  for (const { guid } of guids) lines.push(`${guid} ${committed}\n`);
  await new Promise((resolve) => setTimeout(resolve, Number(everyMs)));
}
closeMessageStore(store);
process.stdout.write(lines.join(""));

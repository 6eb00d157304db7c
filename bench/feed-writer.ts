import { realPorts } from "../src-main/ports/real.ts";
import {
  closeMessageStore,
  ensureDirect,
  openMessageStore,
  receiveMessage,
  transact,
} from "../src-main/simulator/message-store.ts";

/** Writes messages into a simulated chat.db at a steady pace and prints each one's guid and COMMIT. */
const [path = "", rows = "0", everyMs = "20"] = process.argv.slice(2);
const { clock, randomness } = realPorts();
const store = openMessageStore({ path, clock, randomness });
const chat = ensureDirect(store, "+15550142", "iMessage");
for (let at = 0; at < Number(rows); at += 1) {
  const { guid } = transact(store, () =>
    receiveMessage(store, { chat, from: "+15550142", text: `row ${at}` }),
  );
  process.stdout.write(`${guid} ${performance.timeOrigin + performance.now()}\n`);
  await new Promise((resolve) => setTimeout(resolve, Number(everyMs)));
}
closeMessageStore(store);

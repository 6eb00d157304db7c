import { realPorts } from "../../src-main/ports/real.ts";
import {
  closeMessageStore,
  createGroup,
  ensureDirect,
  openMessageStore,
  receiveMessage,
  transact,
} from "../../src-main/simulator/message-store.ts";
import { seededChance } from "../../src-main/simulator/seeded-chance.ts";

/**
 * Commits messages to a chat.db as Messages does, from a process of its own: FILE COUNT SEED. Between 150 and 400
 * a second, mostly one in a COMMIT, now and then many. Prints each one's guid once its COMMIT has returned.
 */
const [path = "", count = "0", seed = "0"] = process.argv.slice(2);
const LEAST_RATE = 150;
const MOST_RATE = 400;

const { clock, randomness } = realPorts();
const store = openMessageStore({ path, clock, randomness });
const { fraction } = seededChance(Number(seed));
const addresses = ["+15550161", "+15550162", "ada@example.com"];
const chats = [
  ...addresses.map((from) => ({ chat: ensureDirect(store, from), from })),
  { chat: createGroup(store, { name: "Faults", addresses }), from: addresses[1] ?? "" },
];

let rate = LEAST_RATE;
let due = performance.now();
for (let written = 0; written < Number(count); ) {
  if (fraction() < 0.02) rate = LEAST_RATE + fraction() * (MOST_RATE - LEAST_RATE);
  const size = Math.min(atOnce(), Number(count) - written);
  const guids = transact(store, () =>
    Array.from({ length: size }, (_, at) => {
      const { chat, from } = chats[Math.floor(fraction() * chats.length)] ?? chats[0] ?? lost();
      return receiveMessage(store, { chat, from, text: `message ${written + at} – שלום 🧪` }).guid;
    }),
  );
  written += size;
  process.stdout.write(`${guids.join("\n")}\n`);
  due = Math.max(due + (size / rate) * 1_000, performance.now());
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
}
closeMessageStore(store);

function atOnce(): number {
  const chance = fraction();
  if (chance < 0.94) return 1;
  return chance < 0.995 ? 2 + Math.floor(fraction() * 20) : 50 + Math.floor(fraction() * 100);
}

function lost(): never {
  throw new Error("there is no conversation to write to");
}

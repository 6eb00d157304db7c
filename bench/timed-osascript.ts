import { appendFileSync } from "node:fs";
import { realPorts } from "../src-main/ports/real.ts";
import {
  closeMessageStore,
  ensureDirect,
  markSent,
  openMessageStore,
  sendMessage,
} from "../src-main/simulator/message-store.ts";
import { wallTime } from "./wall-time.ts";

/**
 * An osascript that sends at once and says when: `timed-osascript SPAWNED CHAT_DB TIMES SCRIPT CHAT … TEXT`. Of each send
 * it adds a line to TIMES: SPAWNED (seconds since 1970, by the shell that began it), and when the row that says `sent`
 * was committed, both in ms since 1970.
 */
const SENDING_MS = 40;
const [spawned = "", path = "", times = "", , target = "", ...rest] = process.argv.slice(2);
const { clock, randomness } = realPorts();
const store = openMessageStore({ path, clock, randomness });
const chat = ensureDirect(store, target.split(";").at(-1) ?? "");
const { id } = sendMessage(store, { chat, text: rest.at(-1) ?? "", state: "sending" });
// Messages takes a moment to send: until then the row is there, and says that it is not sent.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SENDING_MS);
markSent(store, id);
const sentAt = wallTime();
appendFileSync(times, `${JSON.stringify({ spawnedAt: Number(spawned) * 1_000, sentAt })}\n`);
closeMessageStore(store);
process.stdout.write("sent\n");

import { benchDecode } from "./decode.ts";
import { benchFeed } from "./feed.ts";
import { benchMutate } from "./mutate.ts";
import { benchScale } from "./scale.ts";
import { benchSend } from "./send.ts";
import { benchWebhooks } from "./webhooks.ts";

/** Every benchmark by name, with what it measures. */
const BENCHMARKS: Record<string, { what: string; run(flags: readonly string[]): Promise<void> | void }> = {
  decode: { what: "attributedBody to text, against JSON.parse of the same text", run: benchDecode },
  feed: { what: "from another process's COMMIT to a WebSocket frame", run: benchFeed },
  mutate: { what: "a million damaged blobs: exceptions, steps, time, heap", run: benchMutate },
  scale: { what: "reading from small and large histories over HTTP, memory, and idling", run: benchScale },
  send: {
    what: "our own share of a send: from POST to osascript, and from its row to the answer",
    run: benchSend,
  },
  webhooks: {
    what: "durable deliveries a second, and another's latency beside endpoints that hang",
    run: benchWebhooks,
  },
};

const [name, ...flags] = process.argv.slice(2);
const chosen = name === undefined ? undefined : BENCHMARKS[name];
if (!chosen) {
  const list = Object.entries(BENCHMARKS).map(([key, { what }]) => `  ${key.padEnd(8)} ${what}`);
  process.stdout.write(`npm run bench -- NAME\n\n${list.join("\n")}\n`);
  process.exitCode = name === undefined ? 0 : 1;
} else {
  process.stdout.write(`${name}: ${chosen.what}\n`);
  await chosen.run(flags);
}

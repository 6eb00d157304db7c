import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, it } from "vitest";
import { realPorts } from "../ports/real.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { migrate } from "../storage/database.ts";
import { fileModeKeychain } from "../storage/keychain.ts";
import { MIGRATIONS } from "../storage/migrations/migrations.ts";
import { openVault } from "../storage/vault.ts";
import { sampleMessage } from "../testing/sample-changes.ts";
import { scriptedOutbound } from "../testing/scripted-outbound.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { settle } from "../testing/until.ts";
import { deliveringTo } from "./testing/delivering-to.ts";

/** What could be put only with permission, and what has none to go by. */
const LOCAL = [
  "http://localhost:8080/hook",
  "http://localhost/",
  "http://127.0.0.1:1/",
  "http://10.1.2.3/",
  "http://192.168.1.20:8123/api",
  "http://172.16.0.1/",
  "http://172.31.0.1/",
  "http://[::1]:3000/",
  "http://[fd00::1]/",
  "http://homeassistant.local:8123/",
];
const ELSEWHERE = [
  "https://hooks.example.com/10.1.2.3",
  "http://172.32.0.1/",
  "https://localhost.example.com/",
  "https://example.com/?to=http://localhost/",
];

/** A data folder as the version before left it: one endpoint that is failing, one that is gone. */
function folderOfVersion2(now: number): string {
  const folder = temporaryFolder();
  const vault = openVault(folder, fileModeKeychain, realPorts().randomness);
  const database = new Sqlite(join(folder, "bellhop.db"));
  database.pragma("foreign_keys = ON");
  migrate(database, MIGRATIONS.slice(0, 2));
  const event = database.prepare(
    "INSERT INTO event (seq, id, type, at, sealed_data) VALUES (?, ?, 'message.received', ?, ?)",
  );
  for (const seq of [1, 2, 3, 4]) {
    event.run(seq, `evt_${seq}`, now, vault.seal(JSON.stringify(sampleMessage({ guid: `G${seq}` }))));
  }
  const webhook = database.prepare(
    `INSERT INTO webhook (id, url, events, sealed_secret, enabled, created_at, failures, failing_since, last_status,
       next_attempt_at) VALUES (?, ?, '["message.received"]', ?, ?, 1, ?, ?, ?, ?)`,
  );
  webhook.run("down", "http://down.test/", vault.seal("topsecret"), 1, 2, now - 6_000, 502, now + 9_000);
  webhook.run("gone", "http://gone.test/", null, 0, 0, null, 410, 0);
  for (const [at, url] of [...LOCAL, ...ELSEWHERE].entries())
    webhook.run(`${at}`, url, null, 1, 0, null, null, 0);
  const delivery = database.prepare(
    "INSERT INTO delivery (webhook_id, seq, state, attempts, refusals, settled_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  delivery.run("down", 1, "delivered", 1, 0, now);
  delivery.run("down", 2, "dead", 3, 3, now);
  delivery.run("down", 3, "pending", 2, 0, null);
  delivery.run("down", 4, "pending", 0, 0, null);
  delivery.run("gone", 4, "pending", 1, 0, null);
  database.close();
  return folder;
}

it("what the version before had in its queues is delivered, and what it knew of endpoints still holds", async () => {
  const time = manualTime();
  const now = time.clock.now();
  const outbound = scriptedOutbound(() => 200);
  const { webhooks, deliverer, pass, state } = deliveringTo(outbound, {
    folder: folderOfVersion2(now),
    time,
  });
  const listed = webhooks.list();
  const locals = listed.filter(({ webhook }) => webhook.allowsLocal).map(({ webhook }) => webhook.url);
  expect(locals.toSorted()).toEqual(LOCAL.toSorted());
  expect(listed.filter(({ webhook }) => ["down", "gone"].includes(webhook.id))).toMatchObject([
    {
      webhook: { id: "down", enabled: true, hasSecret: true, signature: "aimessage", allowsLocal: false },
      health: {
        failures: 2,
        failingSince: now - 6_000,
        lastStatus: 502,
        waiting: 2,
        waitingSince: now,
        dead: 1,
      },
    },
    {
      webhook: { id: "gone", enabled: false, disabledBecause: "gone", disabledAt: 1, hasSecret: false },
      health: { failures: 0, waiting: 1 },
    },
  ]);
  deliverer.wake();
  await settle();
  expect(outbound.sent).toEqual([]);
  await pass(9_000);
  expect(outbound.sent.map(({ seq }) => seq)).toEqual([3, 4]);
  expect(outbound.sent[0]?.headers["X-Webhook-Signature"]).toMatch(/^sha256=/);
  expect(outbound.sent[0]?.headers["webhook-id"]).toBe("evt_3");
  expect(state("down")).toEqual(["delivered", "dead", "delivered", "delivered"]);
  expect(state("gone")).toEqual(["pending"]);
  expect(webhooks.delivery("dlv_down_2")).toMatchObject({
    delivery: { deadBecause: "refused", attempts: 3, eventId: "evt_2" },
    attempts: [],
  });
});

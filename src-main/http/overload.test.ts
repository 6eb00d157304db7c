import { request as httpRequest } from "node:http";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { at, request } from "../testing/http-client.ts";
import { runningGateway } from "../testing/running-gateway.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { until } from "../testing/until.ts";

/** Sends a body without an end until the connection is cut; gives the status it was answered with. */
function talkOn(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    let status = 0;
    const sent = httpRequest(url, { method: "POST", headers, agent: false });
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    const more = (): void => {
      if (!sent.destroyed) sent.write(chunk, () => setImmediate(more));
    };
    sent.on("response", (answer) => {
      status = answer.statusCode ?? 0;
      answer.resume();
    });
    sent.on("error", () => status === 0 && reject(new Error("cut off without an answer")));
    sent.on("close", () => resolve(status));
    more();
  });
}

describe("a body that never ends", () => {
  it("is answered with 413 and cut off", async () => {
    const { api, key } = await runningGateway();
    const headers = { "X-API-Key": key, "Content-Type": "application/json" };
    expect(await talkOn(`${api}/messages`, headers)).toBe(413);
  });

  it("is cut off at the window's door too", async () => {
    const { url } = await runningGateway({ gateway: { ui: temporaryFolder() } });
    const headers = { Origin: url, "Content-Type": "application/json" };
    expect(await talkOn(`${url}/ui/session`, headers)).toBe(413);
  });

  it("is not listened to without a key", async () => {
    const { api } = await runningGateway();
    expect(await talkOn(`${api}/messages`, { "Content-Type": "application/json" })).toBe(401);
  });
});

describe("a bellhop.db that cannot be written", () => {
  it("makes sends 503 and health degraded, holds nobody up, and nothing is lost", async () => {
    const folder = temporaryFolder();
    const { api, post, messages, ask } = await runningGateway({ folder });
    const other = new Sqlite(join(folder, "data", "bellhop.db"));
    onTestFinished(() => void other.close());
    other.exec("BEGIN IMMEDIATE");
    messages.receive("while it is locked");
    const refused = await post("/messages", { recipient: MAYA, body: "hi" });
    expect([refused.status, at(refused.json, "code")]).toEqual([503, "storage_unavailable"]);
    await until(
      "health to be degraded",
      async () => at((await request(`${api}/health`)).json, "status") === "degraded",
    );
    other.exec("ROLLBACK");
    await until(
      "health to be well",
      async () => at((await request(`${api}/health`)).json, "status") === "ok",
    );
    expect((await ask("/messages?limit=1")).status).toBe(200);
  });
});

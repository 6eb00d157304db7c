import { request as httpRequest } from "node:http";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LogLine } from "../../src-shared/domain/log-line.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { request } from "../testing/http-client.ts";
import { until } from "../testing/until.ts";
import { requestLog } from "./http-log.ts";
import { silentLog } from "./log.ts";
import { openLogTail } from "./log-tail.ts";

/** A server whose every request is logged; `lines` waits for so many lines. */
async function logged() {
  const { clock, advance } = manualTime();
  const tail = openLogTail({ clock });
  const app = express();
  let arrived = 0;
  app.use(requestLog({ log: silentLog(tail), clock }));
  app.use((_request, response, next) => {
    response.locals.requestId = "req_1";
    next();
  });
  app.get("/known", (_request, response) => {
    response.locals.key = { id: "first", name: "First key", lastFour: "abcd" };
    advance(3);
    response.json({});
  });
  app.get("/status/:status", (request, response) => void response.sendStatus(Number(request.params.status)));
  app.get("/never", () => {
    arrived += 1;
  });
  app.get("/stream", (_request, response) => void response.type("text/event-stream").end("data: 1\n\n"));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const lines = (count: number): Promise<LogLine[]> =>
    until(`${count} lines`, () => {
      const found = tail.after(0);
      return found.length >= count && found;
    });
  return { url, lines, advance, arrived: () => arrived };
}

describe("a request", () => {
  it("is one line: what was asked, what came of it, by whom, and how long it took", async () => {
    const { url, lines } = await logged();
    await request(`${url}/known?limit=50&api_key=bh_secretsecret&q=private`);
    expect(await lines(1)).toEqual([
      {
        id: 1,
        at: expect.any(Number),
        level: "debug",
        area: "http",
        sentence: "GET /known?limit=50&api_key=[redacted]&q=[redacted]: 200, key First key",
        tookMs: 3,
        detail: {
          method: "GET",
          path: "/known?limit=50&api_key=[redacted]&q=[redacted]",
          status: 200,
          key_name: "First key",
          from: "127.0.0.1",
          request_id: "req_1",
        },
      },
    ]);
  });

  it("of whatever length is a line of a few hundred characters", async () => {
    const { url, lines } = await logged();
    await request(`${url}/known?${";".repeat(8_000)}`);
    const [line] = await lines(1);
    const path = `/known?${";".repeat(493)}…`;
    expect(line).toMatchObject({ sentence: `GET ${path}: 200, key First key` });
    expect(String(line?.detail.path)).toHaveLength(401);
  });

  it.each([
    [200, "debug"],
    [404, "debug"],
    [401, "warn"],
    [403, "warn"],
    [429, "warn"],
    [500, "warn"],
    [503, "warn"],
  ])("that is answered %i is a line at %s", async (status, level) => {
    const { url, lines } = await logged();
    await request(`${url}/status/${status}`);
    expect(await lines(1)).toMatchObject([
      { level, sentence: `GET /status/${status}: ${status}, no key, from 127.0.0.1` },
    ]);
  });

  it("in a loop does not fill file and screen with warnings", async () => {
    const { url, lines, advance } = await logged();
    for (let count = 0; count < 40; count += 1) await request(`${url}/status/401`);
    expect((await lines(40)).filter(({ level }) => level === "warn")).toHaveLength(30);
    advance(60_000);
    await request(`${url}/status/401`);
    expect((await lines(41)).at(-1)).toMatchObject({ level: "warn" });
  });

  it("whose client leaves is said to have got no answer", async () => {
    const { url, lines, arrived } = await logged();
    const leaving = httpRequest(`${url}/never`);
    leaving.on("error", () => {});
    leaving.end();
    await until("the request", () => arrived() === 1);
    leaving.destroy();
    expect((await lines(1))[0]?.sentence).toContain("left before it had its answer");
  });

  it("for an event stream is told of by whoever serves it", async () => {
    const { url, lines } = await logged();
    await request(`${url}/stream`);
    await request(`${url}/known`);
    expect(await lines(1)).toMatchObject([{ detail: { path: "/known" } }]);
  });
});

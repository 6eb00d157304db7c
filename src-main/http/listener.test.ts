import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { at, request } from "../testing/http-client.ts";
import { runningGateway } from "../testing/running-gateway.ts";
import { until } from "../testing/until.ts";
import { route } from "./route.ts";
import { listening } from "./testing/listening.ts";

describe("every answer", () => {
  it.each([
    ["an open route", "/api/v1/health", {}],
    ["a refusal for want of a key", "/api/v1/messages", {}],
    ["an unknown route", "/nowhere", {}],
    ["a refusal of the Host", "/api/v1/health", { Host: "evil.test" }],
  ])(
    "%s: has a request id of its own, the mode, and forbids guessing and storing",
    async (_what, path, headers) => {
      const { url } = await runningGateway();
      const [one, other] = [await request(url + path, { headers }), await request(url + path, { headers })];
      expect(one.headers).toMatchObject({
        "x-request-id": expect.stringMatching(/^req_[0-9a-f]{20}$/),
        "x-bellhop-mode": "simulated",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      });
      expect(one.headers["x-request-id"]).not.toBe(other.headers["x-request-id"]);
      expect(one.headers["x-powered-by"]).toBeUndefined();
      expect(one.headers["access-control-allow-origin"]).toBeUndefined();
    },
  );
});

describe("callers", () => {
  it("of another Host are refused, before their key is looked at", async () => {
    const { api, ask } = await runningGateway();
    const answer = await ask("/messages", { headers: { Host: "evil.test:3001" } });
    expect([answer.status, at(answer.json, "code")]).toEqual([403, "host_not_allowed"]);
    expect((await request(`${api}/health`, { headers: { Host: "evil.test" } })).status).toBe(403);
  });

  it("may use the names in the settings", async () => {
    const { ask } = await runningGateway({ settings: { allowedHosts: ["mac-mini.lan"] } });
    expect((await ask("/messages", { headers: { Host: "mac-mini.lan:3001" } })).status).toBe(200);
  });

  it.each(["http://evil.test", "null", "http://localhost:1"])(
    "of the Origin %s are refused",
    async (origin) => {
      const { ask } = await runningGateway();
      const answer = await ask("/messages", { headers: { Origin: origin } });
      expect([answer.status, at(answer.json, "code")]).toEqual([403, "origin_not_allowed"]);
    },
  );

  it("that offer HTTP/2 get their answer all the same", async () => {
    const { ask } = await runningGateway();
    const headers = {
      Connection: "Upgrade, HTTP2-Settings",
      Upgrade: "h2c",
      "HTTP2-Settings": "AAMAAABkAAQAAP__",
    };
    expect((await ask("/messages", { headers })).status).toBe(200);
  });

  it("that go away in the middle do no harm", async () => {
    const { url, api } = await runningGateway();
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    let closed = false;
    socket.on("close", () => {
      closed = true;
    });
    socket.write("POST /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{", () =>
      socket.destroy(),
    );
    await until("the socket to close", () => closed);
    expect((await request(`${api}/health`)).status).toBe(200);
  });
});

describe("the rate limit", () => {
  it("is 60 a minute for a key by default; the next is 429 with Retry-After and words", async () => {
    const { ask, api } = await runningGateway({ settings: { rateLimit: 60 } });
    for (let count = 1; count <= 60; count += 1) expect((await ask("/messages?limit=1")).status).toBe(200);
    const answer = await ask("/conversations");
    expect(answer.status).toBe(429);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(answer.headers["retry-after"])).toBeLessThanOrEqual(60);
    expect(answer.json).toMatchObject({
      error: expect.stringMatching(/^Too many requests: /),
      code: "rate_limited",
    });
    expect((await request(`${api}/health`)).status).toBe(200);
  });

  it("is told in RateLimit headers", async () => {
    const { ask } = await runningGateway({ settings: { rateLimit: 5 } });
    const { headers } = await ask("/messages");
    expect(headers["ratelimit-policy"]).toMatch(/q=5; w=60/);
    expect(headers.ratelimit).toMatch(/r=4/);
  });

  it("of 0 is none", async () => {
    const { ask } = await runningGateway({ settings: { rateLimit: 0 } });
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask("/messages?limit=1")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it("does not count health, nor those without a key", async () => {
    const { ask, api } = await runningGateway({ settings: { rateLimit: 2 } });
    for (let count = 0; count < 5; count += 1) {
      await request(`${api}/health`);
      await request(`${api}/messages`);
    }
    expect((await ask("/messages")).status).toBe(200);
  });
});

describe("a route that is asked with GET", () => {
  it("answers HEAD as well, and says so to whoever tries anything else", async () => {
    const { ask } = await runningGateway();
    const [whole, head] = [await ask("/lines"), await ask("/lines", { method: "HEAD" })];
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(head.headers["content-length"]).toBe(whole.headers["content-length"]);
    const refused = await ask("/lines", { method: "PUT" });
    expect([refused.status, refused.headers.allow]).toEqual([405, "GET, HEAD"]);
  });

  it("is told when its client leaves, and only then", async () => {
    const signals: AbortSignal[] = [];
    let answer = (): void => {};
    const slow = route({
      method: "GET",
      path: "/slow",
      summary: "Answers when it is let.",
      scope: null,
      output: z.unknown(),
      async handler({ signal }) {
        signals.push(signal);
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return 1;
      },
    });
    const { ask, url } = await listening([slow]);
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await until("it to be asked", () => signals.length === 1);
    expect(signals[0]?.aborted).toBe(false);
    socket.destroy();
    await until("it to be told", () => signals[0]?.aborted === true);
    const asked = ask("/slow");
    await until("it to be asked again", () => signals.length === 2);
    answer();
    expect((await asked).status).toBe(200);
    expect(signals[1]?.aborted).toBe(false);
  });
});

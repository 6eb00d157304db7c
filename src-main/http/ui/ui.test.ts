import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realPorts } from "../../ports/real.ts";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { at, request } from "../../testing/http-client.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { connectSocket, refusedSocket } from "../../testing/socket-client.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { until } from "../../testing/until.ts";
import { LINK_MS, openUiSessions } from "./sessions.ts";

/** A gateway that serves a window of one page, and a browser of a sort. */
async function stage() {
  const folder = temporaryFolder();
  const files = join(folder, "renderer");
  mkdirSync(files);
  writeFileSync(join(files, "index.html"), "<!doctype html><title>Bellhop</title>");
  let later = 0;
  const real = realPorts().clock;
  const clock = { ...real, now: () => real.now() + later };
  const running = await runningGateway({ folder, gateway: { ui: files }, ports: { clock } });
  const origin = running.url;
  const exchange = (token: string, headers: Record<string, string> = { Origin: origin }) =>
    request(`${running.url}/ui/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ token }),
    });
  const token = (): string => new URL(running.gateway.uiLink()).hash.slice(1);
  const enter = async () => {
    const answer = await exchange(token());
    const cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    return { cookie, socketToken: String(at(answer.json, "socketToken")), answer };
  };
  const pass = (ms: number): void => {
    later += ms;
  };
  return { ...running, origin, exchange, token, enter, pass };
}

describe("the window's files", () => {
  it("are served under /ui/, and allowed exactly what they need", async () => {
    const { url } = await stage();
    const page = await request(`${url}/ui/`);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("Bellhop")]);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(page.headers["referrer-policy"]).toBe("no-referrer");
    const bare = await request(`${url}/ui`);
    expect([bare.status, bare.headers.location]).toEqual([308, "/ui/"]);
    expect((await request(`${url}/ui/../../bellhop.db`)).status).toBe(404);
    expect((await request(`${url}/ui/%2e%2e/%2e%2e/data/bellhop.db`)).status).toBeGreaterThanOrEqual(400);
  });
});

describe("a link", () => {
  it("opens once; the cookie is for /ui alone and out of reach of scripts", async () => {
    const { exchange, token } = await stage();
    const link = token();
    const first = await exchange(link);
    expect(first.status).toBe(200);
    expect(first.headers["set-cookie"]?.[0]).toMatch(
      /^bellhop_ui_\d+=.*Path=\/ui.*HttpOnly.*SameSite=Strict/,
    );
    const second = await exchange(link);
    expect([second.status, at(second.json, "error", "code")]).toEqual([401, "link_used"]);
  });

  it("is expired after ten minutes", async () => {
    const { exchange, token, pass } = await stage();
    const [early, late] = [token(), token()];
    pass(LINK_MS - 1_000);
    expect((await exchange(early)).status).toBe(200);
    pass(2_000);
    const answer = await exchange(late);
    expect([answer.status, at(answer.json, "error", "code")]).toEqual([401, "link_expired"]);
    expect(at(answer.json, "error", "message")).toMatch(/npm run ui/);
  });

  it.each(["", "nonsense", "__proto__"])("that nobody made is unknown: %j", async (token) => {
    const { exchange } = await stage();
    const answer = await exchange(token);
    expect([answer.status, at(answer.json, "error", "code")]).toEqual([401, "link_unknown"]);
  });

  it("is exchanged only by the page itself", async () => {
    const { exchange, token } = await stage();
    const link = token();
    expect((await exchange(link, {})).status).toBe(403);
    expect((await exchange(link, { Origin: "http://evil.test" })).status).toBe(403);
    expect((await exchange(link)).status).toBe(200);
  });

  it("is made for whoever can read running.json, and for nobody else", async () => {
    const { url, exchange, key } = await stage();
    const ask = (token: string) =>
      request(`${url}/ui/links`, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
    const answer = await ask("control-token");
    expect((await exchange(String(at(answer.json, "token")))).status).toBe(200);
    for (const wrong of ["", "control-toke", key]) expect((await ask(wrong)).status).toBe(401);
  });
});

describe("the window's socket", () => {
  const protocols = (token: string) => ["bellhop.ui.v1", `token.${token}`];

  it("opens with cookie, token and our own Origin, and answers calls", async () => {
    const { url, origin, enter, key } = await stage();
    const { cookie, socketToken } = await enter();
    const headers = { Origin: origin, Cookie: cookie };
    const client = await connectSocket(`${url}/ui/socket`, { headers, protocols: protocols(socketToken) });
    expect(client.socket.protocol).toBe("bellhop.ui.v1");
    client.socket.send(JSON.stringify({ id: 7, call: "key.reveal", input: {} }));
    client.socket.send(JSON.stringify({ id: 8, call: "nonsense", input: {} }));
    const answered = (id: number) => () => client.events().find((frame) => at(frame, "id") === id);
    expect(await until("the key", answered(7))).toEqual({ id: 7, ok: true, value: { key } });
    expect(await until("the refusal", answered(8))).toMatchObject({
      ok: false,
      error: { code: "unknown_call" },
    });
  });

  it("pushes status and events", async () => {
    const { url, origin, enter, messages } = await stage();
    const { cookie, socketToken } = await enter();
    const headers = { Origin: origin, Cookie: cookie };
    const client = await connectSocket(`${url}/ui/socket`, { headers, protocols: protocols(socketToken) });
    await until("the status", () => client.events().some((frame) => at(frame, "push") === "status"));
    messages.receive("knock");
    const isKnock = (frame: unknown) => at(frame, "value", "text") === "knock";
    await until("the event", () => client.events().some(isKnock));
  });

  it("is closed by what is no call", async () => {
    const { url, origin, enter } = await stage();
    const { cookie, socketToken } = await enter();
    const headers = { Origin: origin, Cookie: cookie };
    const client = await connectSocket(`${url}/ui/socket`, { headers, protocols: protocols(socketToken) });
    client.socket.send("{half");
    await until("it to close", () => client.closed() !== null);
    expect(client.closed()).toBe(1008);
  });

  it("is refused with the cookie alone, the token alone, or those of two sessions", async () => {
    const { url, origin, enter } = await stage();
    const [one, other] = [await enter(), await enter()];
    const refused = async (cookie: string, offered: string[]) =>
      (
        await refusedSocket(`${url}/ui/socket`, {
          headers: { Origin: origin, Cookie: cookie },
          protocols: offered,
        })
      ).status;
    expect(await refused(one.cookie, ["bellhop.ui.v1"])).toBe(401);
    expect(await refused("", protocols(one.socketToken))).toBe(401);
    expect(await refused(other.cookie, protocols(one.socketToken))).toBe(401);
    expect(await refused(`${one.cookie.split("=")[0]}=%E0%A4%A`, protocols(one.socketToken))).toBe(401);
    expect(await refused(one.cookie, protocols(one.socketToken))).toBe(101);
  });

  it("is refused to another Origin, and to none", async () => {
    const { url, enter } = await stage();
    const { cookie, socketToken } = await enter();
    for (const origin of [{ Origin: "http://evil.test" }, { Origin: "null" }, {}]) {
      const headers = { Cookie: cookie, ...origin };
      const refused = await refusedSocket(`${url}/ui/socket`, { headers, protocols: protocols(socketToken) });
      expect(refused.status).toBe(403);
    }
  });
});

it("sessions are forgotten when there are too many, the oldest first", () => {
  const sessions = openUiSessions(manualTime().clock, realPorts().randomness);
  const opened = Array.from({ length: 51 }, () => sessions.open(sessions.link()));
  const isOpen = opened.map((one) => typeof one !== "string" && sessions.isOpen(one.cookie, one.socketToken));
  expect(isOpen).toEqual([false, ...Array.from({ length: 50 }, () => true)]);
});

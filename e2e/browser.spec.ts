import { test as base, expect, type Page } from "@playwright/test";
import WebSocket from "ws";
import { type RunningGateway, startGateway } from "./support/gateway.ts";

const RECIPIENT = "+15551230001";

/** Each test has a gateway of its own. */
const test = base.extend<{ gateway: RunningGateway }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern, also where nothing is needed.
  gateway: async ({}, use) => {
    const gateway = await startGateway();
    await use(gateway);
    await gateway.stop();
  },
});

const sentence = (page: Page) =>
  page.getByRole("heading", { level: 2, name: /^Running on 127\.0\.0\.1:\d+/ });

test("the one-time link opens the window: state, key, and a message on its way", async ({
  page,
  gateway,
}) => {
  await page.goto(gateway.link);
  await expect(sentence(page)).toBeVisible();
  await expect(page).not.toHaveURL(/#/);

  await page.getByRole("button", { name: "Show API key" }).click();
  await expect(page.getByTestId("api-key")).toHaveText(gateway.key);

  await page.getByRole("textbox", { name: "To" }).fill(RECIPIENT);
  await page.getByRole("textbox", { name: "Message" }).fill("Hello from a browser");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: /sent/i }).first()).toBeVisible();
  const events = page.getByRole("region", { name: "Last events" });
  await expect(events.getByText("Hello from a browser").first()).toBeVisible();
});

test("a link that was used opens nothing, and its page says so", async ({ page, browser, gateway }) => {
  await page.goto(gateway.link);
  await expect(sentence(page)).toBeVisible();
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto(gateway.link);
  await expect(elsewhere.getByText(/link.*used/i).first()).toBeVisible();
  await expect(sentence(elsewhere)).toHaveCount(0);
});

test("a wrong link opens nothing, and neither does none", async ({ page, gateway }) => {
  await page.goto(gateway.link.replace(/#.*$/, `#${"x".repeat(43)}`));
  await expect(page.getByText(/link/i).first()).toBeVisible();
  await expect(sentence(page)).toHaveCount(0);
  await page.goto("about:blank");
  await page.goto(gateway.link.replace(/#.*$/, ""));
  await expect(page.getByText(/link/i).first()).toBeVisible();
  await expect(sentence(page)).toHaveCount(0);
});

test.describe("the window's socket", () => {
  /** What a browser has after the exchange: a cookie, and in memory a token. */
  async function session(page: Page, gateway: RunningGateway) {
    await page.goto(gateway.link);
    await expect(sentence(page)).toBeVisible();
    const cookies = await page.context().cookies();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const stored = await page.evaluate(() => Object.values(sessionStorage));
    return { cookie, token: String(stored[0]), address: `${gateway.url.replace("http", "ws")}/ui/socket` };
  }

  /** "open", or the HTTP status with which the upgrade was refused. */
  function attempt(address: string, protocols: string[], headers: Record<string, string>) {
    return new Promise<string | number>((resolve) => {
      const socket = new WebSocket(address, protocols, { headers });
      socket.once("unexpected-response", (request, response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      });
      socket.once("open", () => {
        resolve("open");
        socket.close();
      });
      socket.once("error", () => resolve("error"));
    });
  }

  test("wants the token and our own Origin; the cookie alone is not enough", async ({ page, gateway }) => {
    const { cookie, token, address } = await session(page, gateway);
    expect(cookie).not.toBe("");
    const own = { cookie, origin: gateway.url };
    const both = ["bellhop.ui.v1", `token.${token}`];
    expect(await attempt(address, both, own)).toBe("open");
    expect(await attempt(address, ["bellhop.ui.v1"], own)).not.toBe("open");
    expect(await attempt(address, ["bellhop.ui.v1", "token.wrong"], own)).not.toBe("open");
    expect(await attempt(address, both, { origin: gateway.url })).not.toBe("open");
    expect(await attempt(address, both, { cookie, origin: "http://127.0.0.1:1" })).not.toBe("open");
    expect(await attempt(address, both, { cookie, origin: "https://example.com" })).not.toBe("open");
    expect(await attempt(address, both, { cookie, origin: "null" })).not.toBe("open");
    expect(await attempt(address, both, { ...own, host: "example.com" })).not.toBe("open");
  });
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import { inRoot } from "../scripts/root.ts";
import type { BellhopForTests } from "../src-main/desktop/for-tests.ts";
import type { ControlBridge } from "../src-shared/control.ts";
import { type RunningApp, startApp, startInVain } from "./support/electron.ts";

const RECIPIENT = "+15551230001";

/** Each test has an app of its own. */
const test = base.extend<{ running: RunningApp }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern, also where nothing is needed.
  running: async ({}, use) => {
    const running = await startApp();
    await use(running);
    await running.close();
  },
});

/** The gateway's address as the tray copies it. */
function addressOf({ app }: RunningApp): Promise<string> {
  return app.evaluate(({ clipboard }) => {
    const handle: BellhopForTests = Reflect.get(globalThis, "bellhopForTests");
    clipboard.clear();
    handle.press("copy_url");
    return clipboard.readText();
  });
}

function trayRows({ app }: RunningApp) {
  return app.evaluate(() => {
    const handle: BellhopForTests = Reflect.get(globalThis, "bellhopForTests");
    return handle.tray.rows();
  });
}

const isVisible = ({ app }: RunningApp) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()));

test.describe("the window", () => {
  test("says how it is, shows the key, sends, and shows what was sent from anywhere", async ({ running }) => {
    const { page } = running;
    await expect(page.getByRole("heading", { level: 2, name: /^Running on 127\.0\.0\.1:\d+/ })).toBeVisible();
    await expect(page.getByRole("region", { name: "Health" })).toContainText("Reading");

    await page.getByRole("button", { name: "Show API key" }).click();
    const shown = page.getByTestId("api-key");
    await expect(shown).toHaveText(/^\S{20,}$/);
    const key = (await shown.textContent())?.trim() ?? "";

    await page.getByRole("textbox", { name: "To" }).fill(RECIPIENT);
    await page.getByRole("textbox", { name: "Message" }).fill("Hello from the window");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(page.getByRole("status").filter({ hasText: /sent/i }).first()).toBeVisible();
    const events = page.getByRole("region", { name: "Last events" });
    await expect(events.getByText("Hello from the window").first()).toBeVisible();

    const answer = await fetch(`${await addressOf(running)}/api/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": key },
      body: JSON.stringify({ recipient: RECIPIENT, body: "Hello by HTTP" }),
    });
    expect(answer.status).toBe(200);
    await expect(events.getByText("Hello by HTTP").first()).toBeVisible();
  });

  test("gives the page two functions, and nothing of Node", async ({ running }) => {
    const seen = await running.page.evaluate(() => ({
      bridge: Object.entries(Reflect.get(window, "bellhop")).map(([name, value]) => [name, typeof value]),
      node: ["require", "process", "module", "Buffer", "global"].filter((name) => name in globalThis),
    }));
    expect(seen.bridge.toSorted()).toEqual([
      ["call", "function"],
      ["subscribe", "function"],
    ]);
    expect(seen.node).toEqual([]);
  });

  test("stays where it is: no new window, no navigation, no permission, nothing outside its folder", async ({
    running,
  }) => {
    const { app, page } = running;
    const address = page.url();
    expect(address).toBe("app://bellhop/");
    expect(await page.evaluate(() => window.open("https://example.com/") === null)).toBe(true);
    await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const refusal = new Promise<boolean>((resolve) => {
        contents?.once("will-frame-navigate", (event) => resolve(event.defaultPrevented));
      });
      Object.assign(globalThis, { refusalForTests: refusal });
    });
    await page.evaluate(() => {
      location.href = "https://example.com/";
    });
    expect(await app.evaluate(() => Reflect.get(globalThis, "refusalForTests"))).toBe(true);
    expect(page.url()).toBe(address);
    expect(app.windows()).toHaveLength(1);

    expect(await page.evaluate(() => Notification.requestPermission())).toBe("denied");
    const outside = ["index.html", "..%2fmain.js", "%2e%2e%2fpackage.json", "nothing.js"];
    const statuses = await app.evaluate(
      ({ net }, paths) =>
        Promise.all(paths.map(async (path) => (await net.fetch(`app://bellhop/${path}`)).status)),
      outside,
    );
    expect(statuses).toEqual([200, 404, 404, 404]);
  });

  test("is refused what does not exist, and input that is none", async ({ running }) => {
    const answers = await running.page.evaluate(async () => {
      const bridge: ControlBridge = Reflect.get(window, "bellhop");
      const call = (name: string, input: unknown) => Reflect.apply(bridge.call, bridge, [name, input]);
      return [
        await call("nonsense", {}),
        await call("constructor", {}),
        await call("sending.pause", { paused: "yes" }),
        await call("status.get", {}),
      ];
    });
    expect(answers.map((answer) => answer.ok)).toEqual([false, false, false, true]);
  });

  test("is the only one that is answered", async ({ running }) => {
    const answer = await running.app.evaluate(
      async ({ BrowserWindow }, preload) => {
        const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        await other.loadURL("app://bellhop/");
        const said = await other.webContents.executeJavaScript(`bellhop.call("key.reveal", {})`);
        other.destroy();
        return said;
      },
      inRoot("dist", "preload.cjs"),
    );
    expect(answer).toMatchObject({ ok: false, error: { code: "forbidden" } });
  });
});

test.describe("the menu bar", () => {
  test("has a menu that opens with a sentence, ends with Quit, and follows what happens", async ({
    running,
  }) => {
    const rows = await trayRows(running);
    expect(rows[0]).toMatchObject({
      label: expect.stringMatching(/^Running on 127\.0\.0\.1:\d+/),
      action: null,
    });
    expect(rows.at(-1)).toMatchObject({ label: "Quit Bellhop", action: "quit" });
    const labels = rows.map((row) => row.label);
    expect(labels).toEqual(
      expect.arrayContaining(["Copy URL", "Copy API Key", "Pause Sending", "Open Bellhop"]),
    );

    await running.app.evaluate(() => {
      const handle: BellhopForTests = Reflect.get(globalThis, "bellhopForTests");
      handle.press("pause_sending");
    });
    await expect.poll(async () => (await trayRows(running))[0]?.label).toBe("Sending is paused");
    await expect(running.page.getByRole("heading", { level: 2, name: "Sending is paused" })).toBeVisible();
  });

  test("stays when the window is closed, and the gateway with it", async ({ running }) => {
    const url = await addressOf(running);
    await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(() => isVisible(running)).toBe(false);
    expect((await fetch(`${url}/api/v1/health`)).status).toBe(200);
    await running.app.evaluate(() => {
      const handle: BellhopForTests = Reflect.get(globalThis, "bellhopForTests");
      handle.press("open");
    });
    await expect.poll(() => isVisible(running)).toBe(true);
  });
});

test.describe("start and quit", () => {
  test("a second app on the same data folder names the first one and ends", async ({ running }) => {
    const pid = running.app.process().pid;
    const second = await startInVain(running.dataDir);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`process ${pid}`);
    expect(await trayRows(running)).not.toEqual([]);
  });

  test("quit stops the gateway and leaves nothing running", async ({ running }) => {
    const url = await addressOf(running);
    const child = running.app.process();
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    await running.app.evaluate(({ app }) => setImmediate(() => app.quit()));
    expect(await ended).toBe(0);
    await expect(fetch(`${url}/api/v1/health`)).rejects.toThrow();
    expect(existsSync(join(running.dataDir, "running.json"))).toBe(false);
  });
});

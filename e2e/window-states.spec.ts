import { expect, type Page, test } from "@playwright/test";
import type { Status } from "../src-shared/status.ts";
import {
  answerNow,
  asked,
  busyStatus,
  eventLine,
  type FakeAnswers,
  fakeGateway,
  giveBridge,
  NOW,
  push,
  refusedStatus,
  type Served,
  serveWindow,
  someEvents,
  wellAnswers,
} from "./support/fake-bridge.ts";

test.use({ timezoneId: "UTC", locale: "en-GB" });

let served: Served;
let complaints: string[];

test.beforeAll(async () => {
  served = await serveWindow();
});
test.afterAll(() => served.close());

test.beforeEach(async ({ page }) => {
  complaints = [];
  // A violation that the page's own code catches is reported in no other way
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      console.error(`Refused by the content security policy: ${violatedDirective} ${blockedURI}`);
    });
  });
  page.on("console", (said) => {
    if (said.type() === "error" || said.type() === "warning") complaints.push(said.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
});
test.afterEach(() => expect(complaints).toEqual([]));

async function open(page: Page, answers: FakeAnswers): Promise<void> {
  await page.clock.install({ time: NOW });
  await giveBridge(page, answers);
  await page.goto(served.url);
}

const failed = (code: string, message: string) => ({ ok: false, error: { code, message } }) as const;
const sentence = (page: Page, name: string | RegExp) => page.getByRole("heading", { level: 2, name });
const health = (page: Page) => page.getByRole("region", { name: "Health" });
const events = (page: Page) => page.getByRole("region", { name: "Last events" });

function pausedStatus(): Status {
  const well = busyStatus();
  return {
    ...well,
    sending: { ...well.sending, problem: "paused", since: Date.UTC(2026, 2, 11, 13, 40), waiting: 4 },
  };
}

function emptyStatus(): Status {
  const well = busyStatus();
  return {
    ...well,
    mode: "simulated",
    reading: { ...well.reading, messages: 0, lastMessageAt: null, latencyMs: null },
    sending: { ...well.sending, sentThisHour: 0 },
    webhooks: { on: 0, off: 0, failing: [], switchedOff: [], waiting: 0, dead: 0, deliveredToday: 0 },
    permissions: { fullDiskAccess: "not_needed", automation: "not_needed", accessibility: "not_needed" },
    hours: well.hours.map((hour) => ({ ...hour, received: 0, sent: 0 })),
    latency: [],
  };
}

const notRunning = failed(
  "not_running",
  "Not running: port 3001 is taken. The program node (process 4121) listens on 127.0.0.1:3001. Quit it and try again.",
);
const states: Record<string, [FakeAnswers, string]> = {
  well: [wellAnswers(), "Running on 127.0.0.1:3001"],
  attention: [wellAnswers(refusedStatus()), "Reading has stopped: Full Disk Access is off"],
  paused: [wellAnswers(pausedStatus()), "Sending is paused"],
  stopped: [{ ...wellAnswers(), "status.get": notRunning }, "Not running: port 3001 is taken"],
  error: [
    { ...wellAnswers(), "status.get": failed("internal", "Bellhop does not answer.") },
    "Bellhop does not answer",
  ],
  empty: [wellAnswers(emptyStatus(), []), "Running on 127.0.0.1:3001, on simulated Messages"],
};

for (const theme of ["light", "dark"] as const)
  for (const [width, height] of [
    [1040, 720],
    [760, 520],
  ] as const)
    for (const [name, [answers, title]] of Object.entries(states))
      test(`${name}, ${theme}, ${width} × ${height}: the sentence stands, nothing is cut at the side`, async ({
        page,
      }) => {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize({ width, height });
        await open(page, answers);
        await expect(sentence(page, title)).toBeVisible();
        const ground = await page.locator(".window").evaluate((one) => getComputedStyle(one).backgroundColor);
        expect(ground).toBe(theme === "light" ? "rgb(255, 255, 255)" : "rgb(28, 28, 30)");
        const tooWide = await page.evaluate(() =>
          [document.scrollingElement, document.querySelector(".scroll")].filter(
            (one) => one !== null && one.scrollWidth > one.clientWidth,
          ),
        );
        expect(tooWide).toEqual([]);
        expect(await page.evaluate(() => document.scrollingElement?.scrollWidth ?? 0)).toBeLessThanOrEqual(
          width,
        );
      });

test("well: rows, charts and events say the same as the status", async ({ page }) => {
  await open(page, wellAnswers());
  await expect(health(page)).toContainText("A new message is seen 9 ms after Messages stores it.");
  await expect(health(page)).toContainText("214,806 messages");
  await expect(health(page).getByRole("img", { name: "well" })).toHaveCount(5);
  await expect(
    page.getByRole("slider", { name: /^Messages per hour.*619 received, 264 sent.*11:00 with 92/ }),
  ).toBeVisible();
  await expect(
    page.getByRole("slider", { name: /^Feed latency.*median 9 milliseconds.*limit 20/ }),
  ).toBeVisible();
  await expect(events(page).getByRole("listitem").first()).toContainText("Maya Lindqvist");
  await expect(events(page).getByRole("listitem").first()).toContainText("48,213");
});

test("attention: the cause on each row, the hours that are not known hatched", async ({ page }) => {
  await open(page, wellAnswers(refusedStatus()));
  await expect(health(page)).toContainText("Stopped at 13:58. macOS refused to open the message history.");
  await expect(health(page)).toContainText(
    "home-assistant has answered 502 since 13:58. The other two are well.",
  );
  await expect(page.locator(".bars .gap")).toHaveCount(1);
  await expect(page.getByText("stopped at 13:58", { exact: true })).toBeVisible();
});

test("paused: Resume asks the gateway, and what it answers stands at once", async ({ page }) => {
  await open(page, { ...wellAnswers(pausedStatus()), "sending.pause": { ok: true, value: busyStatus() } });
  await page.getByRole("button", { name: "Resume sending" }).click();
  await expect(sentence(page, "Running on 127.0.0.1:3001")).toBeVisible();
  expect(await asked(page, "sending.pause")).toEqual([{ paused: false }]);
  await answerNow(page, { "sending.pause": failed("busy", "The outbox is busy.") });
  await page.getByRole("button", { name: "Pause sending" }).click();
  await expect(page.getByText("The outbox is busy.")).toBeVisible();
});

test("loading: nothing for 300 ms, then the shapes of what is coming", async ({ page }) => {
  await open(page, {});
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.clock.runFor(500);
  await expect(page.getByTestId("loading")).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy URL" })).toBeDisabled();
});

test("error: stands in place of the page and goes by itself once mended", async ({ page }) => {
  await open(page, { ...wellAnswers(), "status.get": failed("internal", "Bellhop does not answer.") });
  await expect(sentence(page, "Bellhop does not answer")).toBeVisible();
  await expect(health(page)).toHaveCount(0);
  await answerNow(page, wellAnswers());
  await page.clock.runFor(6000);
  await expect(sentence(page, "Running on 127.0.0.1:3001")).toBeVisible();
});

test("an answer of an unknown form is an error, not a blank page", async ({ page }) => {
  await open(page, { ...wellAnswers(), "status.get": { ok: true, value: { mode: "odd" } } });
  await expect(sentence(page, /does not know/)).toBeVisible();
});

test("empty: says what to do next and leads there", async ({ page }) => {
  await open(page, wellAnswers(emptyStatus(), []));
  await expect(page.getByText("No messages in the last 24 hours")).toBeVisible();
  await expect(health(page).getByText("Not needed: Messages is simulated")).toHaveCount(3);
  await events(page).getByRole("button", { name: "Write a message" }).click();
  await expect(page.getByRole("textbox", { name: "To" })).toBeFocused();
});

test("a pushed event comes first and is tinted for a moment", async ({ page }) => {
  await open(page, wellAnswers());
  await expect(events(page).getByRole("listitem")).toHaveCount(5);
  await push(page, { push: "event", value: eventLine(48_214, { id: "new", text: "On my way" }) });
  const first = events(page).getByRole("listitem").first();
  await expect(first).toContainText("On my way");
  await expect(first).toHaveClass(/is-new/);
  await expect(first).not.toHaveClass(/is-new/, { timeout: 3000 });
  await expect(events(page).getByRole("listitem")).toHaveCount(5);
});

test("a pushed status replaces the sentence", async ({ page }) => {
  await open(page, wellAnswers());
  await expect(sentence(page, "Running on 127.0.0.1:3001")).toBeVisible();
  await push(page, { push: "status", value: refusedStatus() });
  await expect(sentence(page, /Full Disk Access is off/)).toBeVisible();
});

test("the key is masked until Show, and Copy always copies the real one", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, wellAnswers());
  const key = page.getByTestId("api-key");
  await expect(key).toHaveText(/^•+$/);
  expect(await asked(page, "key.reveal")).toEqual([]);
  await page.getByRole("button", { name: "Copy API key" }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^bh_live_4Qm9.*3f9c$/);
  await expect(key).toHaveText("bh_live_••••••••3f9c");
  await page.getByRole("button", { name: "Show API key" }).click();
  await expect(key).toHaveText(/^bh_live_4Qm9.*3f9c$/);
  await page.getByRole("button", { name: "Hide API key" }).click();
  await expect(key).toHaveText("bh_live_••••••••3f9c");
});

test("Send hands over what was typed and says what became of it", async ({ page }) => {
  await open(page, wellAnswers());
  const send = page.getByRole("button", { name: "Send", exact: true });
  await expect(send).toBeDisabled();
  await expect(page.getByText("Say who it goes to: a phone number or an email address.")).toBeVisible();
  await page.getByRole("textbox", { name: "To" }).fill(" +15035550142 ");
  await page.getByRole("textbox", { name: "Message" }).fill("Hello\nfrom Bellhop");
  await send.click();
  await expect(page.getByRole("status")).toHaveText("Sent to +15035550142 in 0.8 s.");
  expect(await asked(page, "message.send")).toEqual([
    { recipient: "+15035550142", body: "Hello\nfrom Bellhop" },
  ]);
  await expect(page.getByRole("textbox", { name: "Message" })).toHaveValue("");
});

test("a send that fails keeps the message and says why", async ({ page }) => {
  await open(page, { ...wellAnswers(), "message.send": failed("not_sent", "Messages is not signed in.") });
  await page.getByRole("textbox", { name: "To" }).fill("+15035550142");
  await page.getByRole("textbox", { name: "Message" }).fill("Hello");
  await page.getByRole("textbox", { name: "Message" }).press("Control+Enter");
  await expect(page.getByRole("status")).toHaveText("Messages is not signed in.");
  await expect(page.getByRole("textbox", { name: "Message" })).toHaveValue("Hello");
});

test("while paused a message can be written; it says that it will wait", async ({ page }) => {
  await open(page, wellAnswers(pausedStatus()));
  await expect(
    page.getByText("Sending is paused: the message waits in the outbox until you resume."),
  ).toBeVisible();
  await page.getByRole("textbox", { name: "To" }).fill("+15035550142");
  await page.getByRole("textbox", { name: "Message" }).fill("Later");
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeEnabled();
});

test("everything can be done from the keyboard", async ({ page }) => {
  await open(page, wellAnswers());
  await expect(sentence(page, "Running on 127.0.0.1:3001")).toBeVisible();
  await page.keyboard.press("Control+1");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  const stops = ["Pause sending", "Copy URL"].map((name) => page.getByRole("button", { name }));
  for (const stop of stops) {
    await page.keyboard.press("Tab");
    await expect(stop).toBeFocused();
  }
  await page.keyboard.press("Tab");
  const chart = page.getByRole("slider", { name: /^Messages per hour/ });
  await expect(chart).toBeFocused();
  expect(await chart.evaluate((one) => getComputedStyle(one).outlineWidth)).toBe("2px");
  await page.keyboard.press("Home");
  await expect(chart).toHaveAttribute("aria-valuetext", "15:00: 41 received, 19 sent");
  await page.keyboard.press("Tab");
  for (const name of ["Copy base URL", "Show API key", "Copy API key"]) {
    await page.keyboard.press("Tab");
    await expect(page.getByRole("button", { name })).toBeFocused();
  }
  await page.keyboard.press("Tab");
  await page.keyboard.type("+15035550142");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Typed");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("status")).toContainText("Sent");
  expect(await asked(page, "message.send")).toEqual([{ recipient: "+15035550142", body: "Typed" }]);
});

test("with reduced motion the tint does not fade", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, wellAnswers());
  const row = events(page).getByRole("listitem").first();
  const fade = await row.evaluate((one) => getComputedStyle(one, "::before").transitionDuration);
  expect(Number.parseFloat(fade)).toBe(0);
});

test.describe("in a browser", () => {
  test("without a link, or with a used one, it says how to get a fresh one", async ({ page }) => {
    const gateway = fakeGateway(wellAnswers());
    const own = await serveWindow({ gateway });
    await page.goto(own.url);
    await expect(page.getByRole("heading", { name: "This window opens with a link" })).toBeVisible();
    await expect(page.getByText("npm run ui")).toBeVisible();
    await page.goto(`${own.url}#used-one-time-token-0123`);
    await expect(page.getByRole("heading", { name: "This link has been used" })).toBeVisible();
    expect(new URL(page.url()).hash).toBe("");
    await page.goto(`${own.url}#one-time-token-0123456789`);
    await expect(sentence(page, /^Running on 127\.0\.0\.1:3001$/)).toBeVisible();
    await own.close();
    // The browser itself reports the refused answer
    complaints = complaints.filter((said) => !/401|WebSocket|ERR_/.test(said));
  });

  test("offline: says so, greys what it knows, and heals by itself after a reload too", async ({ page }) => {
    const gateway = fakeGateway(wellAnswers());
    let own = await serveWindow({ gateway });
    await page.goto(`${own.url}#one-time-token-0123456789`);
    await expect(sentence(page, "Running on 127.0.0.1:3001")).toBeVisible();
    expect(new URL(page.url()).hash).toBe("");
    await page.reload();
    await expect(sentence(page, "Running on 127.0.0.1:3001")).toBeVisible();
    expect(complaints).toEqual([]);

    await own.close();
    await expect(page.getByRole("alert")).toContainText("Bellhop does not answer on this computer.");
    await expect(page.getByRole("alert")).toContainText("What you see is from");
    await expect(sentence(page, /^Last seen running, at \d\d:\d\d$/)).toBeVisible();
    await expect(page.locator(".scroll")).toHaveAttribute("inert", "");
    await expect(page.getByRole("button", { name: "Copy URL" })).toBeDisabled();

    own = await serveWindow({ gateway, port: own.port });
    await expect(sentence(page, "Running on 127.0.0.1:3001")).toBeVisible({ timeout: 20_000 });
    await expect(page.getByRole("alert")).toHaveCount(0);
    await own.close();
    complaints = complaints.filter((said) => !/WebSocket|ERR_/.test(said));
  });

  test("a session that the gateway no longer knows ends at the page that says so", async ({ page }) => {
    const gateway = fakeGateway(wellAnswers());
    let own = await serveWindow({ gateway });
    await page.goto(`${own.url}#one-time-token-0123456789`);
    await expect(sentence(page, "Running on 127.0.0.1:3001")).toBeVisible();
    await own.close();
    gateway.socketTokens.clear();
    own = await serveWindow({ gateway, port: own.port });
    await expect(page.getByRole("heading", { name: "This session has ended" })).toBeVisible({
      timeout: 20_000,
    });
    await own.close();
    complaints = complaints.filter((said) => !/WebSocket|ERR_|401/.test(said));
  });
});

test("events that are given stay in their order", async ({ page }) => {
  await open(page, wellAnswers());
  const rows = await events(page).getByRole("listitem").allTextContents();
  expect(rows.map((row) => row.slice(0, 8))).toEqual([
    "14:02:31",
    "14:02:12",
    "14:01:54",
    "13:58:04",
    "13:40:02",
  ]);
  expect(rows).toHaveLength(someEvents.length);
});

import { expect, type Page, test } from "@playwright/test";
import { SELF_TEST_STEPS, type SelfTest } from "../src-shared/domain/self-test.ts";
import { PANES } from "../src-shared/panes.ts";
import {
  automationStepWords,
  eventStepWords,
  lineWords,
  readingStepWords,
  rowWords,
  type StepWords,
  skippedWords,
  takenWords,
} from "../src-shared/words/self-test-words.ts";
import {
  answerNow,
  asked,
  type FakeAnswers,
  giveBridge,
  NOW,
  type Served,
  serveWindow,
  wellAnswers,
} from "./support/fake-bridge.ts";

test.use({ timezoneId: "UTC", locale: "en-GB" });

let served: Served;
test.beforeAll(async () => {
  served = await serveWindow();
});
test.afterAll(() => served.close());

const LINE = "+15550100";
const WELL: StepWords[] = [
  readingStepWords(null, { path: "chat.db", isApples: true }),
  automationStepWords("on", { reason: null, isNeeded: true }),
  lineWords(LINE, false),
  takenWords(LINE),
  rowWords(false),
  eventStepWords(48_214),
];

/** A test that ended well, or with these words at the step that has so many before it. */
function ended(at: number = SELF_TEST_STEPS.length, failure?: StepWords): SelfTest {
  const steps = SELF_TEST_STEPS.map((name, index) => {
    const well = WELL[index];
    if (index < at && well !== undefined) {
      return { name, outcome: "passed" as const, tookMs: 10 * (index + 1), ...well };
    }
    if (index === at && failure !== undefined) {
      return { name, outcome: "failed" as const, tookMs: 1_200, ...failure };
    }
    return { name, outcome: "skipped" as const, tookMs: 0, ...skippedWords(name) };
  });
  return { passed: failure === undefined, at: NOW, tookMs: 407, line: LINE, outboxId: "out_1", steps };
}

async function open(page: Page, answers: FakeAnswers): Promise<void> {
  await page.clock.install({ time: NOW });
  await giveBridge(page, { ...wellAnswers(), ...answers });
  await page.goto(served.url);
}

const part = (page: Page) => page.getByRole("region", { name: "Test the whole way" });
const button = (page: Page) => part(page).getByRole("button", { name: "Run the self-test" });
const steps = (page: Page) => part(page).getByRole("listitem");

test("the self-test says each step with its time, and the whole in a sentence", async ({ page }) => {
  await open(page, { "selfTest.run": { ok: true, value: ended() } });
  await expect(button(page)).toHaveAccessibleDescription(/real message to yourself/);
  await button(page).press("Enter");
  await expect(part(page).getByRole("status")).toHaveText(/^Passed: .* in 407 ms[.]/);
  await expect(steps(page)).toHaveText(
    WELL.map(({ sentence }, index) => `passed: ${sentence}${10 * (index + 1)} ms`),
  );
  expect(await asked(page, "selfTest.run")).toEqual([{}]);
  await expect(button(page)).toBeFocused();
});

test("a step that failed says what mends it, opens the pane, and the rest are not reached", async ({
  page,
}) => {
  const denied = automationStepWords("off", { reason: null, isNeeded: true });
  await open(page, { "selfTest.run": { ok: true, value: ended(1, denied) } });
  await button(page).click();
  await expect(part(page).getByRole("status")).toContainText(`Failed at step 2 of 6. ${denied.sentence}`);
  const failed = steps(page).nth(1);
  await expect(failed).toContainText(`failed: ${denied.sentence}`);
  await expect(failed).toContainText(denied.fix ?? "");
  await expect(failed).toContainText("1.2 s");
  const link = failed.getByRole("link", { name: "Open System Settings" });
  await expect(link).toHaveAttribute("href", PANES.automation);
  expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(22);
  await expect(steps(page).nth(5)).toHaveText("skipped: No event was awaited");
});

test("nothing but a pane of System Settings is ever linked to", async ({ page }) => {
  const odd = { sentence: "Odd.", fix: "Odd.", pane: "https://example.com/" };
  await open(page, { "selfTest.run": { ok: true, value: ended(0, odd) } });
  await button(page).click();
  await expect(steps(page).first()).toContainText("Odd.");
  await expect(part(page).getByRole("link")).toHaveCount(0);
});

test("while it runs it says so and cannot be run again; a refusal is said, and it can be", async ({
  page,
}) => {
  await open(page, {});
  await button(page).click();
  await expect(part(page).getByRole("status")).toHaveText(/^Running[.]/);
  await expect(button(page)).toHaveAttribute("aria-disabled", "true");
  await button(page).click({ force: true });
  expect(await asked(page, "selfTest.run")).toHaveLength(1);

  const busy = {
    ok: false,
    error: { code: "busy", message: "A self-test is running; wait for its end." },
  } as const;
  await page.reload();
  await answerNow(page, { "selfTest.run": busy });
  await button(page).click();
  await expect(part(page).getByRole("status")).toHaveText(busy.error.message);
  await expect(button(page)).toHaveAttribute("aria-disabled", "false");
  await expect(steps(page)).toHaveCount(0);
});

for (const width of [1040, 760])
  test(`long sentences are not cut at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 520 });
    const long = readingStepWords("unreadable", {
      path: `/Users/somebody/${"a-very-long-folder/".repeat(8)}chat.db`,
      isApples: true,
    });
    await open(page, { "selfTest.run": { ok: true, value: ended(0, long) } });
    await button(page).click();
    await expect(steps(page).first()).toContainText("chat.db");
    const cut = await part(page).evaluate(
      (root) =>
        [root, ...root.querySelectorAll("*")].filter(
          (one) =>
            !one.classList.contains("vh") && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0,
        ).length,
    );
    expect(cut).toBe(0);
  });

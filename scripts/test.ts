import { runFaults, SHORT } from "../e2e/faults/run-faults.ts";
import { runSends, SHORT_SENDS } from "../e2e/sends/run-sends.ts";
import { build, buildIfStale } from "./build.ts";
import { check } from "./check.ts";
import { type Counts, inWords, NONE, sum } from "./counts.ts";
import { installPackages } from "./debian-packages.ts";
import { findProgram } from "./find-program.ts";
import { provideChromium } from "./provide-chromium.ts";
import { provideElectron } from "./provide-electron.ts";
import { say } from "./root.ts";
import { type BrowsersAtHand, runPlaywright, runVitest, screenAtHand } from "./run-tests.ts";
import { runSimulation } from "./test-sim.ts";

/** Some tests write to chat.db as another program does. */
async function provideSqlite(): Promise<void> {
  const isHere = () => findProgram("sqlite3") !== null;
  if (!isHere()) await installPackages(["sqlite3"], say);
  if (!isHere()) say("SKIPPED: what the sqlite3 program writes, since it could not be had");
}

/** Fetches what the tests in a window need, and says what cannot be had. */
async function provide(): Promise<BrowsersAtHand> {
  const chromium = await provideChromium();
  if (chromium) say(`Chromium: ${chromium.version} (${chromium.path})`);
  else say("SKIPPED: the window in a browser, since no Chromium could be had");
  const electron = await provideElectron();
  if (electron) say(`Electron: ${electron.version} (${electron.from})`);
  else say("SKIPPED: the menu-bar app, since no Electron could be had");
  const hasScreen = screenAtHand();
  if (electron && !hasScreen) say("SKIPPED: the menu-bar app, since there is no screen and no xvfb-run");
  return { chromium, electron: hasScreen ? electron : null };
}

async function endToEnd(args: readonly string[] = []): Promise<Counts> {
  const have = await provide();
  const missing = [have.chromium, have.electron].filter((program) => program === null).length;
  const ran = missing === 2 ? NONE : await runPlaywright(have, args);
  return sum(ran, { ...NONE, skipped: missing });
}

/** What needs the build: the window, and a gateway that is killed while messages come in, and while they go out. */
async function wholes(): Promise<Counts> {
  const seed = Math.floor(Math.random() * 1e9);
  return sum(await endToEnd(), await runFaults({ ...SHORT, seed }), await runSends({ ...SHORT_SENDS, seed }));
}

/** Everything: types, style, imports, the build, the unit tests, and the tests in a window. */
async function everything(): Promise<boolean> {
  const checked = await check();
  const built = await build();
  await provideSqlite();
  const counts = sum(
    await runVitest(),
    await runSimulation(),
    built ? await wholes() : { ...NONE, failed: 1 },
  );
  if (!checked) say("The check failed: see FAILED above.");
  if (!built) say("The build failed, so nothing was tested in a window.");
  say(inWords(counts));
  return checked && built && counts.failed === 0;
}

async function endToEndOnly(args: readonly string[]): Promise<boolean> {
  if (!(await buildIfStale())) return false;
  const counts = await endToEnd(args);
  say(inWords(counts));
  return counts.failed === 0;
}

const [only, ...args] = process.argv.slice(2);
const passed = await (only === "e2e" ? endToEndOnly(args) : everything());
process.exitCode = passed ? 0 : 1;

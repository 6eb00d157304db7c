import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { until } from "../testing/until.ts";
import { watchFiles } from "./watcher.ts";

/** Watches the chat.db in `folder` and counts. */
function watching(path: string) {
  let count = 0;
  const watcher = watchFiles(path, () => {
    count += 1;
  });
  onTestFinished(() => watcher.stop());
  const noticedBy = async (act: () => void): Promise<void> => {
    const before = count;
    act();
    await until("the watcher to notice", () => count > before);
  };
  return { watcher, noticedBy, count: () => count };
}

it("notices what another connection writes", async () => {
  const messages = simulatedMessages(temporaryFolder());
  const { noticedBy } = watching(messages.path);
  await noticedBy(() => messages.receive("one"));
  await noticedBy(() => messages.receive("two"));
});

it("hears again after the log was removed and made anew", async () => {
  const folder = temporaryFolder();
  const messages = simulatedMessages(folder);
  const { watcher, noticedBy } = watching(messages.path);
  messages.close();
  rmSync(`${messages.path}-wal`, { force: true });
  watcher.rearm();
  const again = simulatedMessages(folder);
  await noticedBy(() => again.receive("after the checkpoint"));
});

it("may begin before the file is there, and outlives its replacement", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "chat.db");
  const { watcher, noticedBy } = watching(path);
  const other = simulatedMessages(folder, { name: "other.db" });
  other.close();
  await noticedBy(() => renameSync(other.path, path));
  watcher.rearm();
  const messages = simulatedMessages(folder);
  await noticedBy(() => messages.receive("in the new file"));
});

it("says nothing more once it is stopped", async () => {
  const folder = temporaryFolder();
  const messages = simulatedMessages(folder);
  const { watcher, count } = watching(messages.path);
  const other = watching(messages.path);
  watcher.stop();
  const before = count();
  await other.noticedBy(() => messages.receive("unheard"));
  expect(count()).toBe(before);
});

it("does not mind a folder that is not there", () => {
  const { watcher } = watching(join(temporaryFolder(), "nowhere", "chat.db"));
  expect(() => watcher.rearm()).not.toThrow();
});

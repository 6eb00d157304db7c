import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { launchGateway, readLaunchOptions } from "./launch.ts";
import { realPorts } from "./ports/real.ts";
import { request } from "./testing/http-client.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

/** Launches with these flags, on any free port; stopped when the test ends. */
async function launch(folder: string, flags: string[], canRunNode = true) {
  const options = readLaunchOptions(["--port", "0", "--data-dir", folder, "--api-key", "k", ...flags], {});
  const program = resolve("src-main/headless.ts");
  const gateway = await launchGateway({ ...options, program, serveUi: false, canRunNode }, realPorts());
  onTestFinished(() => gateway.stop());
  return gateway;
}

it("a data folder belongs to one mode; the other is refused before it writes anything there", async () => {
  const folder = temporaryFolder();
  const first = await launch(folder, ["--chat-db", join(folder, "chat.db")]);
  await first.stop();
  await expect(launch(folder, ["--simulate"])).rejects.toThrow(/belongs to real Messages/);
  expect(existsSync(join(folder, "simulated"))).toBe(false);
  await launch(folder, ["--chat-db", join(folder, "chat.db")]);
});

it("where no script can be run as plain Node, the stand-in runs inside", async () => {
  const gateway = await launch(temporaryFolder(), ["--simulate"], false);
  const answer = await request(`${gateway.url}/api/v1/messages`, {
    method: "POST",
    headers: { "X-API-Key": "k", "Content-Type": "application/json" },
    body: JSON.stringify({ recipient: "+15550001", body: "hello" }),
  });
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ body: "hello", is_from_me: true, status: "sent" });
});

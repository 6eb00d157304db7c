import { execFile } from "node:child_process";
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { realPorts } from "../ports/real.ts";
import { until } from "../testing/until.ts";
import { closeMessages } from "./closed-messages.ts";
import { type Fault, planFaults, takeFault } from "./faults.ts";
import { installStandIn, openBeside } from "./install-stand-in.ts";
import { createGroup, ensureDirect, findMessage, type Store, textOf } from "./message-store.ts";
import { runOsascript } from "./osascript.ts";
import { temporaryFolder, temporaryStore } from "./testing/temporary-store.ts";

const SCRIPTS = resolve(import.meta.dirname, "../../resources/applescript");
const ENTRY = resolve(import.meta.dirname, "../osascript-stand-in.ts");
const TEXT_TO_CHAT = join(SCRIPTS, "send-text-to-chat.applescript");
const TEXT_TO_PERSON = join(SCRIPTS, "send-text-to-participant.applescript");
const FILE_TO_CHAT = join(SCRIPTS, "send-file-to-chat.applescript");
const MAYA = "any;-;+15550111";

function stage() {
  const folder = temporaryFolder();
  const store = temporaryStore(26, folder);
  ensureDirect(store, "+15550111");
  const { clock, timers, randomness } = realPorts();
  const setting = { chatDbPath: join(folder, "chat.db"), clock, timers, randomness, sentAfterMs: 0 };
  const osascript = (...args: string[]) => runOsascript(args, setting);
  return { folder, store, osascript };
}

function lastRow(store: Store): Record<string, unknown> {
  const sql = "SELECT * FROM message ORDER BY ROWID DESC LIMIT 1";
  return store.database.prepare<[], Record<string, unknown>>(sql).get() ?? {};
}

function lastText(store: Store): string {
  return textOf(findMessage(store, String(lastRow(store).guid)));
}

describe("the osascript of simulated Messages", () => {
  it("sends to a conversation by its exact guid", async () => {
    const { store, osascript } = stage();
    expect(await osascript(TEXT_TO_CHAT, MAYA, "hi")).toEqual({ exitCode: 0, stdout: "sent\n", stderr: "" });
    expect(lastRow(store)).toMatchObject({ is_from_me: 1, is_sent: 1, error: 0, is_delivered: 0 });
    const missing = await osascript(TEXT_TO_CHAT, "iMessage;-;+15550111", "hi");
    expect(missing.stdout).toMatch(/^unresolved -1728 .*Can’t get chat id/);
    expect(missing.exitCode).toBe(0);
  });

  it("makes a conversation with somebody new", async () => {
    const { store, osascript } = stage();
    await osascript(TEXT_TO_PERSON, "+15559999", "SMS", "hi");
    expect(lastRow(store)).toMatchObject({ service: "SMS", is_sent: 1 });
    expect(store.sql.chatByGuid.get("any;-;+15559999")).toBeDefined();
  });

  it("fails with 22 where the person has no iMessage", async () => {
    const { store, osascript } = stage();
    expect((await osascript(TEXT_TO_PERSON, "+15550142", "iMessage", "hi")).stdout).toBe("sent\n");
    expect(lastRow(store)).toMatchObject({ error: 22, is_sent: 0 });
  });

  it("loses what goes to a group by a person's guid, as macOS 26 does", async () => {
    const { store, osascript } = stage();
    const { identifier } = createGroup(store, { name: "Crew", addresses: ["+15550111"] });
    expect((await osascript(TEXT_TO_CHAT, `any;-;${identifier}`, "hi")).stdout).toBe("sent\n");
    const row = lastRow(store);
    expect(row).toMatchObject({ is_from_me: 1, is_sent: 0, attributedBody: null });
    expect(store.database.prepare("SELECT count(*) FROM chat_message_join").pluck().get()).toBe(0);
  });

  it("copies a file, and fails with 25 when it cannot be read", async () => {
    const { folder, store, osascript } = stage();
    const file = join(folder, "my  file ü.txt");
    writeFileSync(file, "contents");
    await osascript(FILE_TO_CHAT, MAYA, file);
    const sql = "SELECT filename, transfer_name, is_outgoing, transfer_state FROM attachment";
    const attachment = store.database.prepare<[], Record<string, unknown>>(sql).get() ?? {};
    expect(attachment).toMatchObject({ transfer_name: "my  file ü.txt", is_outgoing: 1, transfer_state: 5 });
    expect(attachment.filename).not.toBe(file);
    expect(existsSync(String(attachment.filename))).toBe(true);
    expect((await osascript(FILE_TO_CHAT, MAYA, join(folder, "gone.txt"))).exitCode).toBe(0);
    expect(lastRow(store)).toMatchObject({ error: 25, is_sent: 0 });
  });

  it("understands every script that Bellhop has", async () => {
    const { osascript } = stage();
    for (const name of readdirSync(SCRIPTS)) {
      const { stderr } = await osascript(join(SCRIPTS, name));
      // Without arguments each misses its first; only asking for Automation needs none.
      expect([name, stderr]).toEqual([
        name,
        name === "ask-automation.applescript" ? "" : expect.stringContaining("Can’t get item 1 of"),
      ]);
    }
  });

  it.each([
    [["/nowhere/send-text-to-chat.applescript", MAYA, "hi"], /No such file/],
    [["/etc/hostname"], /No such file/],
    [["-e", "beep"], /stand-in/],
    [["-l", "JavaScript", "-e", "1"], /stand-in/],
    [[], /needs a script/],
    [[TEXT_TO_CHAT, MAYA], /Can’t get item 2 of .*\(-1728\)/],
    [[join(SCRIPTS, "typing.applescript"), MAYA, "", ""], /Can’t get item 4 of .*\(-1728\)/],
  ])("refuses %j", async (args, message) => {
    const { osascript } = stage();
    const result = await osascript(...args);
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.stderr).toMatch(message);
  });

  it("keeps every text exactly", async () => {
    const { store, osascript } = stage();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }), async (text) => {
        await osascript(TEXT_TO_CHAT, MAYA, text);
        expect(lastText(store)).toBe(text);
      }),
      { numRuns: 60 },
    );
  });
});

describe("faults on demand", () => {
  async function withFault(fault: Fault) {
    const { folder, store, osascript } = stage();
    planFaults(folder, [fault, {}]);
    const result = await osascript(TEXT_TO_CHAT, MAYA, "hi");
    const rows = Number(store.database.prepare("SELECT count(*) FROM message").pluck().get());
    const joined = Number(store.database.prepare("SELECT count(*) FROM chat_message_join").pluck().get());
    expect((await osascript(TEXT_TO_CHAT, MAYA, "again")).stdout).toBe("sent\n");
    expect(existsSync(join(folder, "faults.json"))).toBe(false);
    return { ...result, rows, joined, first: store.sql.messageById.get(1) };
  }

  it("end the script with Apple's words", async () => {
    const denied = await withFault({ osascript: -1743 });
    expect(denied).toMatchObject({ exitCode: 1, stdout: "", rows: 0 });
    expect(denied.stderr).toMatch(
      /: execution error: Not authorized to send Apple events to Messages\. \(-1743\)\n$/,
    );
    const late = await withFault({ osascript: -1712, afterRow: true });
    expect(late).toMatchObject({ exitCode: 1, rows: 1 });
    expect(late.stderr).toContain("AppleEvent timed out. (-1712)");
  });

  it("leave the chat unresolved", async () => {
    const result = await withFault({ unresolved: -600 });
    expect(result).toMatchObject({ exitCode: 0, rows: 0 });
    expect(result.stdout).toBe("unresolved -600 Messages got an error: Application isn’t running.\n");
  });

  it("fail, withhold, empty or abandon the row", async () => {
    expect(await withFault({ rowError: 22 })).toMatchObject({
      stdout: "sent\n",
      first: { error: 22, sent: 0 },
    });
    expect(await withFault({ noRow: true })).toMatchObject({ stdout: "sent\n", rows: 0 });
    expect(await withFault({ emptyRow: true })).toMatchObject({ stdout: "sent\n", rows: 1, joined: 0 });
    expect(await withFault({ crashAfterRow: true })).toMatchObject({
      exitCode: 137,
      rows: 1,
      first: { sent: 0 },
    });
  });

  it("are used once each, in order, and refuse what is not documented", () => {
    const folder = temporaryFolder();
    const take = (script = "send-text-to-chat") => takeFault(folder, script, Date.now);
    planFaults(folder, [{ rowError: 1 }, { rowError: 2 }]);
    expect([take(), take(), take()]).toEqual([{ rowError: 1 }, { rowError: 2 }, {}]);
    writeFileSync(join(folder, "faults.json"), '{"next":[{"rowEror":22}]}');
    expect(() => take()).toThrow();
  });
});

describe("the installed program", () => {
  function install() {
    const { folder, store } = stage();
    const path = installStandIn({ simulatedDir: folder, nodePath: process.execPath, entryPath: ENTRY });
    return {
      folder,
      store,
      path,
      run: (...args: string[]) => promisify(execFile)(path, args, { timeout: 20_000 }),
    };
  }

  it("is for this user only", () => {
    expect(statSync(install().path).mode & 0o777).toBe(0o700);
  });

  it("passes hostile text through unharmed", async () => {
    const { store, run } = install();
    const text =
      "-e \"quoted\" 'single' \\back\\\\slash $(rm -rf /) `id` $HOME %s\nline two\r\n\ttab שלום 👩‍👩‍👧‍👦 ‮ -- ;&|";
    expect((await run(TEXT_TO_CHAT, MAYA, text)).stdout).toBe("sent\n");
    expect(lastText(store)).toBe(text);
    await run(TEXT_TO_CHAT, MAYA, "--simulated-dir");
    expect(lastText(store)).toBe("--simulated-dir");
  });

  it("gives each of several calls at once a fault of its own", async () => {
    const { folder, store, run } = install();
    planFaults(folder, [{ rowError: 1 }, { rowError: 2 }, { rowError: 3 }]);
    await Promise.all([0, 1, 2, 3].map((n) => run(TEXT_TO_CHAT, MAYA, `${n}`)));
    const errors = store.database.prepare("SELECT error FROM message ORDER BY error").pluck().all();
    expect(errors).toEqual([0, 1, 2, 3]);
  });

  it("lets Messages go on when it has ended, and when it was killed", async () => {
    const { folder, store, path, run } = install();
    const rows = () => store.database.prepare("SELECT text, is_sent FROM message").raw().all().length;
    planFaults(folder, [{ lateRowMs: 300 }, { hang: true, lateRowMs: 300 }]);
    expect((await run(TEXT_TO_CHAT, MAYA, "x".repeat(100_000))).stdout).toBe("sent\n");
    await until("the row", () => rows() === 1);
    expect(lastText(store)).toBe("x".repeat(100_000));
    const { processes } = realPorts();
    const killed = processes.run({ file: path, args: [TEXT_TO_CHAT, MAYA, "killed"], timeoutMs: 2_000 });
    expect(await killed).toMatchObject({ exitCode: null, timedOut: true });
    await until("the second row", () => rows() === 2);
    expect(readdirSync(folder).filter((name) => name.startsWith("later-"))).toEqual([]);
  });

  it("opens Messages", async () => {
    const { folder, path, run } = install();
    closeMessages(folder);
    expect((await run(TEXT_TO_CHAT, MAYA, "hi")).stdout).toMatch(/^unresolved -600 /);
    const { stdout } = await promisify(execFile)(openBeside(path), ["-g", "-j", "-b", "com.apple.MobileSMS"]);
    expect(stdout).toBe("");
    expect((await run(TEXT_TO_CHAT, MAYA, "hi")).stdout).toBe("sent\n");
  });

  it("ends with the script's own exit code and stderr", async () => {
    const { folder, run } = install();
    planFaults(folder, [{ osascript: -1743 }]);
    await expect(run(TEXT_TO_CHAT, MAYA, "hi")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("(-1743)"),
    });
  });

  it("survives odd characters in the folder's name", async () => {
    const { folder } = stage();
    const odd = join(folder, "it's $(odd) dir");
    const store = temporaryStore(26, odd);
    ensureDirect(store, "+15550111");
    const path = installStandIn({ simulatedDir: odd, nodePath: process.execPath, entryPath: ENTRY });
    chmodSync(path, 0o700);
    expect((await promisify(execFile)(path, [TEXT_TO_CHAT, MAYA, "hi"])).stdout).toBe("sent\n");
  });
});

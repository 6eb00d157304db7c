import { writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readLaunchOptions, UsageError } from "./launch-options.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

/** As on a Mac, where it makes a difference. */
const read = (args: string[], env: NodeJS.ProcessEnv = {}) => readLaunchOptions(args, env, "darwin");

/** The sentence these flags are refused with. */
function refusal(args: string[], env: NodeJS.ProcessEnv = {}): string {
  try {
    read(args, env);
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown.message;
    throw thrown;
  }
  return "no refusal";
}

describe("without flags", () => {
  it("it is this Mac's own Messages, with no setting overridden", () => {
    expect(read([])).toMatchObject({
      mode: "real",
      macos: 26,
      isThisMac: true,
      chatDb: join(homedir(), "Library", "Messages", "chat.db"),
      osascript: "/usr/bin/osascript",
      apiKey: null,
      overrides: {},
    });
  });
});

describe("where there is no Messages", () => {
  it("the simulated one stands in, unless a copy of a chat.db is named", () => {
    expect(readLaunchOptions([], {}, "linux").mode).toBe("simulated");
    expect(readLaunchOptions(["--chat-db", "copy.db"], {}, "linux").mode).toBe("real");
  });
});

describe("--simulate", () => {
  it("has a data folder and a chat.db of its own", () => {
    const options = read(["--simulate"]);
    expect(options).toMatchObject({ mode: "simulated", isThisMac: false });
    expect(options.chatDb).toBe(join(options.dataDir, "simulated", "chat.db"));
    expect(options.dataDir).not.toBe(read([]).dataDir);
    expect(options.dataDir).not.toBe(read(["--chat-db", "x.db"]).dataDir);
  });

  it.each(["13", "15", "26"])("simulates macOS %s", (macos) => {
    expect(read(["--simulate", "--macos", macos]).macos).toBe(Number(macos));
  });

  it.each(["--chat-db", "--osascript"])("does not go with %s", (flag) => {
    expect(refusal(["--simulate", flag, "x"])).toMatch(/leave --chat-db and --osascript out/);
  });

  it("may be switched on by the environment", () => {
    expect(read([], { BELLHOP_SIMULATE: "1" }).mode).toBe("simulated");
    for (const off of ["", "0", "false"]) expect(read([], { BELLHOP_SIMULATE: off }).mode).toBe("real");
  });
});

describe("--chat-db", () => {
  it("reads a copy, and sends only where an osascript is given", () => {
    expect(read(["--chat-db", "copy.db"])).toMatchObject({
      mode: "real",
      isThisMac: false,
      chatDb: resolve("copy.db"),
      osascript: null,
    });
    expect(read(["--chat-db", "copy.db", "--osascript", "./fake"]).osascript).toBe(resolve("fake"));
  });
});

describe("a key that is handed in", () => {
  it("is never printed: commands take it from where it is", () => {
    expect(read(["--api-key", "k"])).toMatchObject({ apiKey: "k", apiKeyInShell: "$BELLHOP_API_KEY" });
    const file = join(temporaryFolder(), "key");
    writeFileSync(file, "secret\n");
    const options = read(["--api-key-file", file]);
    expect(options).toMatchObject({ apiKey: "secret", apiKeyInShell: `$(cat ${file})` });
    expect(refusal(["--api-key", " "])).toMatch(/--api-key is empty/);
  });
});

describe("settings", () => {
  it("are overridden by flags", () => {
    const flags = ["--host", "0.0.0.0", "--port", "0", "--rate-limit", "0", "--log-level", "debug"];
    expect(read(flags).overrides).toEqual({ host: "0.0.0.0", port: 0, rateLimit: 0, logLevel: "debug" });
  });

  it("are overridden by the environment, and that by flags", () => {
    const env = { BELLHOP_PORT: "4000", BELLHOP_RATE_LIMIT: "5", BELLHOP_HOST: "" };
    expect(read([], env).overrides).toEqual({ port: 4000, rateLimit: 5 });
    expect(read(["--port", "5000"], env).overrides).toEqual({ port: 5000, rateLimit: 5 });
  });

  it("--data-dir and its variable are made absolute", () => {
    expect(read(["--data-dir", "here"]).dataDir).toBe(resolve("here"));
    expect(read([], { BELLHOP_DATA_DIR: "there" }).dataDir).toBe(resolve("there"));
  });
});

describe("the key of a run", () => {
  it("is given by flag, variable or file, without the line's end", () => {
    const file = join(temporaryFolder(), "key");
    writeFileSync(file, "from-file\n");
    expect(read(["--api-key", "flag"]).apiKey).toBe("flag");
    expect(read([], { BELLHOP_API_KEY: "env" }).apiKey).toBe("env");
    expect(read(["--api-key-file", file]).apiKey).toBe("from-file");
    expect(read([], { BELLHOP_API_KEY_FILE: file }).apiKey).toBe("from-file");
    expect(read(["--api-key", "flag"], { BELLHOP_API_KEY: "env" }).apiKey).toBe("flag");
    expect(read(["--api-key", "flag"], { BELLHOP_API_KEY_FILE: file }).apiKey).toBe("flag");
    expect(read(["--api-key-file", file], { BELLHOP_API_KEY: "env" }).apiKey).toBe("from-file");
  });

  it("must be in its file", () => {
    const empty = join(temporaryFolder(), "key");
    writeFileSync(empty, "\n");
    expect(refusal(["--api-key-file", empty])).toMatch(/is empty$/);
    expect(refusal(["--api-key-file", `${empty}.none`])).toMatch(/cannot be read$/);
  });
});

describe("what makes no sense is refused in one sentence:", () => {
  it.each([
    [["--port", "abc"], /--port must be a whole number/],
    [["--port", "-1"], /--port/],
    [["--port", "70000"], /--port must be a whole number from 0 to 65535/],
    [["--rate-limit", "1.5"], /--rate-limit must be a whole number/],
    [["--rate-limit", "99999999999999999999"], /--rate-limit must be a whole number from 0/],
    [["--macos", "14"], /--macos must be 12, 13, 15, 26 or 27/],
    [["--log-level", "loud"], /--log-level must be one of error, warn, info, debug/],
    [["--host", ""], /--host must not be empty/],
    [["--nonsense"], /--nonsense/],
    [["nonsense"], /nonsense|argument/],
    [["--port"], /--port/],
  ])("%j", (args, sentence) => {
    expect(refusal(args)).toMatch(sentence);
    expect(refusal(args)).not.toContain("\n");
  });

  it("also in the environment", () => {
    expect(refusal([], { BELLHOP_PORT: "x" })).toMatch(/--port must be a whole number/);
    expect(refusal([], { BELLHOP_MACOS: "99" })).toMatch(/--macos/);
  });
});

it("--help lists every flag", () => {
  try {
    read(["--help"]);
    expect.unreachable();
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    for (const flag of ["--simulate", "--chat-db", "--api-key-file", "--rate-limit"]) {
      expect(thrown.help).toContain(flag);
    }
  }
});

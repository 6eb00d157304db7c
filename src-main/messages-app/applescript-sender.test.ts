import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command, Finished } from "../ports/processes.ts";
import { until } from "../testing/until.ts";
import { applescriptSender } from "./applescript-sender.ts";
import { chosenSender } from "./chosen-sender.ts";
import type { Action, SendContent, SendTarget } from "./messages-app.ts";

const OPEN = { file: "/usr/bin/open", args: ["Messages"] };

/** A sender whose osascript ends like these, one after the other; the last one goes on for ever. */
function senderThat(ends: readonly (Partial<Finished> | Error)[], open: typeof OPEN | null = OPEN) {
  const commands: Command[] = [];
  let runs = 0;
  const sender = applescriptSender({
    osascript: "/usr/bin/osascript",
    scripts: "/scripts",
    open,
    processes: {
      async run(command) {
        commands.push(command);
        const ended = { exitCode: 0, stdout: "", stderr: "", timedOut: false };
        if (command.file !== "/usr/bin/osascript") return ended;
        const end = ends[Math.min(runs, ends.length - 1)] ?? {};
        runs += 1;
        if (end instanceof Error) throw end;
        return { ...ended, ...end };
      },
    },
  });
  return { sender, commands };
}

const CHAT = { kind: "chat", guid: "any;-;+15550111" } as const;
const PERSON = { kind: "participant", address: "+15550111", service: "SMS" } as const;
const BY_RCS = { kind: "participant", address: "+15550111", service: "RCS" } as const;
const TEXT = { kind: "text", text: "hi", replyTo: null } as const;
const FILE = { kind: "file", path: "/staged/cat.png" } as const;
const BUBBLE = { guid: "8A2C", text: "are you there?" };
const REPLY = { kind: "text", text: "hi", replyTo: BUBBLE } as const;
const HEART: Action = { do: "react", on: BUBBLE, tapback: "love", remove: false };
const DIRECT = { guid: "any;-;+15550111", address: "+15550111", titles: ["Maya\nLin", "+1 (555) 0111"] };
const GROUP = { guid: "any;+;chat42", address: null, titles: ["Family"] };

const down = { stdout: "unresolved -600 not running\n" };
const failed = (code: number) => ({
  exitCode: 1,
  stderr: `x.applescript:1024:1088: execution error: Nicht gefunden (“foo (2)”) (${code})\n`,
});

describe("Messages that does not run", () => {
  const files = (commands: readonly Command[]) => commands.map(({ file }) => file);
  const tries = ["/usr/bin/osascript", "/usr/bin/open", "/usr/bin/osascript"];

  it("is opened, and asked once more", async () => {
    const { sender, commands } = senderThat([down, { stdout: "sent\n" }]);
    expect(await sender.send(CHAT, TEXT)).toEqual({ outcome: "taken" });
    expect(files(commands)).toEqual(tries);
    expect(commands[1]).toMatchObject(OPEN);
  });

  it("is asked no third time", async () => {
    const { sender, commands } = senderThat([down]);
    expect(await sender.send(CHAT, TEXT)).toMatchObject({ outcome: "not left", code: -600 });
    expect(files(commands)).toEqual(tries);
  });

  it("is opened for what is done in its window, too", async () => {
    const { sender, commands } = senderThat([
      { stdout: "unresolved -609 connection is invalid\n" },
      { stdout: "done\n" },
    ]);
    expect(await sender.act(HEART)).toEqual({ outcome: "taken" });
    expect(files(commands)).toEqual(tries);
  });

  it("is not asked again where nothing can open it", async () => {
    const { sender, commands } = senderThat([down], null);
    expect(await sender.send(CHAT, TEXT)).toMatchObject({ outcome: "not left", code: -600 });
    expect(commands).toHaveLength(1);
  });

  it("is not asked again when the message may have left", async () => {
    const { sender, commands } = senderThat([failed(-609)]);
    expect(await sender.send(CHAT, TEXT)).toMatchObject({ outcome: "uncertain", code: -609 });
    expect(commands).toHaveLength(1);
  });
});

describe("the command line", () => {
  it.each<[SendTarget, SendContent, string[]]>([
    [CHAT, TEXT, ["send-text-to-chat", "any;-;+15550111", "hi"]],
    [PERSON, TEXT, ["send-text-to-participant", "+15550111", "SMS", "hi"]],
    [BY_RCS, TEXT, ["send-text-to-rcs-participant", "+15550111", "hi"]],
    [CHAT, FILE, ["send-file-to-chat", "any;-;+15550111", "/staged/cat.png"]],
    [PERSON, FILE, ["send-file-to-participant", "+15550111", "SMS", "/staged/cat.png"]],
    [BY_RCS, FILE, ["send-file-to-rcs-participant", "+15550111", "/staged/cat.png"]],
    [CHAT, REPLY, ["reply", "8A2C", "are you there?", "hi"]],
    [PERSON, REPLY, ["reply", "8A2C", "are you there?", "hi"]],
  ])("of a send: %j %j", async (target, content, [script, ...args]) => {
    const { sender, commands } = senderThat([{ stdout: "sent\n" }]);
    expect(await sender.send(target, content)).toEqual({ outcome: "taken" });
    const line = [`/scripts/${script}.applescript`, ...args];
    expect(commands).toEqual([{ file: "/usr/bin/osascript", args: line, timeoutMs: 30_000 }]);
  });

  it.each<[Action, string[]]>([
    [HEART, ["react", "8A2C", "are you there?", "love", "add"]],
    [{ ...HEART, remove: true }, ["react", "8A2C", "are you there?", "love", "remove"]],
    [{ do: "edit", on: BUBBLE, text: "here" }, ["edit", "8A2C", "are you there?", "here"]],
    [{ do: "unsend", on: BUBBLE }, ["unsend", "8A2C", "are you there?"]],
    [{ do: "read", thread: GROUP }, ["mark-read", "any;+;chat42", "", "Family"]],
    [
      { do: "typing", thread: DIRECT, isTyping: true },
      ["typing", "any;-;+15550111", "+15550111", "Maya Lin\n+1 (555) 0111", "on"],
    ],
    [
      { do: "typing", thread: DIRECT, isTyping: false },
      ["typing", "any;-;+15550111", "+15550111", "Maya Lin\n+1 (555) 0111", "off"],
    ],
  ])("of an action: %j", async (action, [script, ...args]) => {
    const { sender, commands } = senderThat([{ stdout: "done\n" }]);
    expect(await sender.act(action)).toEqual({ outcome: "taken" });
    const line = [`/scripts/${script}.applescript`, ...args];
    expect(commands).toEqual([{ file: "/usr/bin/osascript", args: line, timeoutMs: 30_000 }]);
  });

  it("carries any text as one argument, as it is", async () => {
    const { sender, commands } = senderThat([{ stdout: "sent\n" }]);
    const text = fc.string({ unit: "binary" }).map((any) => any.replaceAll("\0", ""));
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        await sender.send(CHAT, { kind: "text", text, replyTo: null });
        expect(commands.at(-1)?.args.slice(1)).toEqual([CHAT.guid, text]);
      }),
    );
  });
});

describe("what osascript says of a send", () => {
  const outcome = async (
    ends: Partial<Finished> | Error,
    target: SendTarget = CHAT,
    content: SendContent = TEXT,
  ) => {
    const found = await senderThat([ends], null).sender.send(target, content);
    return "code" in found ? [found.outcome, found.code] : [found.outcome];
  };

  it.each([-1728, -1719, -10002, -1700, -1743, -1744, -2753, -600, -609, -25211, -2700, -10006])(
    "unresolved %i means that nothing has left",
    async (code) => {
      expect(await outcome({ stdout: `unresolved ${code} Can’t get chat id.\n` })).toEqual([
        "not left",
        code,
      ]);
    },
  );

  it.each([-1712, -10000])("unresolved %i is believed by nobody", async (code) => {
    expect(await outcome({ stdout: `unresolved ${code} timed out\n` })).toEqual(["uncertain", code]);
  });

  it.each([-1743, -1744, -2741, -2740, -2753])("error %i comes before anything is sent", async (code) => {
    expect(await outcome(failed(code))).toEqual(["not left", code]);
  });

  it.each([-1712, -10000, -600, -609, -1728, -1719, -1700, -10002, -25211, -2700, -10006, -9999])(
    "after that point error %i means that it may have left",
    async (code) => {
      expect(await outcome(failed(code))).toEqual(["uncertain", code]);
    },
  );

  it("nothing at all, something else, a signal, a timeout: it may have left", async () => {
    expect(await outcome({ stdout: "" })).toEqual(["uncertain", null]);
    expect(await outcome({ stdout: "done\n" })).toEqual(["uncertain", null]);
    expect(await outcome({ stdout: "unresolved\n" })).toEqual(["uncertain", null]);
    expect(await outcome({ exitCode: 137 })).toEqual(["uncertain", null]);
    expect(await outcome({ exitCode: 1, stdout: "sent\n" })).toEqual(["uncertain", null]);
    expect(await outcome({ exitCode: null, stdout: "unresolved -1728 x" })).toEqual(["uncertain", null]);
    expect(await outcome({ exitCode: null, timedOut: true })).toEqual(["uncertain", -1712]);
    expect(await outcome({ exitCode: null, timedOut: true, stdout: "unresolved -1728 x" })).toEqual([
      "uncertain",
      -1712,
    ]);
  });

  it("no osascript: nothing has left", async () => {
    expect(await outcome(new Error("ENOENT"))).toEqual(["not left", null]);
  });

  it("a script that cannot be compiled: for RCS, this Mac's Messages knows no RCS", async () => {
    expect(await outcome(failed(-2741), BY_RCS)).toEqual(["not left", -2753]);
    expect(await outcome(failed(-2741), BY_RCS, FILE)).toEqual(["not left", -2753]);
    expect(await outcome({ stdout: "unresolved -2753 The variable RCS is not defined.\n" }, BY_RCS)).toEqual([
      "not left",
      -2753,
    ]);
    expect(await outcome(failed(-2741), PERSON)).toEqual(["not left", -2741]);
  });

  it("a long error is told in a line", async () => {
    const { sender } = senderThat([{ stdout: `unresolved -1728 Can not get\n ${"x".repeat(100_000)}` }]);
    const found = await sender.send(CHAT, TEXT);
    expect(found).toMatchObject({ outcome: "not left", reason: expect.stringMatching(/^Can not get x+…$/) });
    expect("reason" in found && found.reason.length).toBeLessThan(400);
  });
});

describe("what osascript says of what is done in the window", () => {
  const outcomes = async (ends: Partial<Finished>) => {
    const { sender } = senderThat([ends], null);
    const found = [await sender.act(HEART), await sender.send(CHAT, REPLY)];
    return found.map((each) => ("code" in each ? [each.outcome, each.code] : [each.outcome]));
  };
  const both = (...end: unknown[]) => [end, end];

  it("unresolved means that nothing was done", async () => {
    expect(await outcomes({ stdout: "unresolved -1728 not shown\n" })).toEqual(both("not left", -1728));
    expect(await outcomes({ stdout: "unresolved -25211 no access\n" })).toEqual(both("not left", -25211));
  });

  it("an invalid index means that there is no access", async () => {
    expect(await outcomes({ stdout: "unresolved -1719 Invalid index.\n" })).toEqual(both("not left", -25211));
  });

  it.each([-1743, -1744, -2753, -1719, -25211, -1712, -10000])(
    "error %i may have come after it was done",
    async (code) => {
      expect(await outcomes(failed(code))).toEqual(both("uncertain", code));
    },
  );

  it("only a script that cannot be compiled has surely done nothing", async () => {
    expect(await outcomes(failed(-2741))).toEqual(both("not left", -2741));
  });
});

describe("whether Messages may be controlled", () => {
  const answer = async (...ends: (Partial<Finished> | Error)[]) => {
    const { sender, commands } = senderThat(ends);
    const found = await sender.askAutomation();
    return { found, runs: commands.map(({ file }) => file.replace(/.*\//, "")), commands };
  };

  it("is asked by an event of its own, with time for a person to answer", async () => {
    const { found, commands } = await answer({ stdout: "on\n" });
    expect(found).toEqual({ answer: "on" });
    expect(commands).toEqual([
      { file: "/usr/bin/osascript", args: ["/scripts/ask-automation.applescript"], timeoutMs: 120_000 },
    ]);
  });

  it.each([
    [{ stdout: "unresolved -1743 Not authorized\n" }, "off", -1743],
    [{ stdout: "unresolved -1744 would need consent\n" }, "not asked", -1744],
    [{ stdout: "unresolved -1712 timed out\n" }, "unknown", -1712],
    [failed(-1743), "off", -1743],
    [failed(-9999), "unknown", -9999],
    [{ exitCode: null, timedOut: true }, "unknown", -1712],
    [{ exitCode: 1 }, "unknown", null],
    [new Error("ENOENT"), "unknown", null],
  ])("%o: %s", async (end, said, code) => {
    const { found, runs } = await answer(end);
    expect(found).toMatchObject({ answer: said, code, reason: expect.stringMatching(/./) });
    expect(runs).toEqual(["osascript"]);
  });

  it("is asked again once Messages is open", async () => {
    expect(await answer(down, { stdout: "on\n" })).toMatchObject({
      found: { answer: "on" },
      runs: ["osascript", "open", "osascript"],
    });
    expect(await answer(down)).toMatchObject({
      found: { answer: "not running", code: -600 },
      runs: ["osascript", "open", "osascript"],
    });
  });
});

describe("one after the other", () => {
  it("go sends, actions and questions, in their order", async () => {
    const gates: { script: string; end: (stdout: string) => void }[] = [];
    const sender = applescriptSender({
      osascript: "/usr/bin/osascript",
      scripts: "/scripts",
      open: null,
      processes: {
        run: ({ args }) =>
          new Promise((resolve) => {
            const end = (stdout: string) => resolve({ exitCode: 0, stdout, stderr: "", timedOut: false });
            gates.push({ script: args[0] ?? "", end });
          }),
      },
    });
    const asked = [
      sender.send(CHAT, TEXT),
      sender.act(HEART),
      sender.askAutomation(),
      sender.send(PERSON, FILE),
    ];
    const words = ["sent", "done", "on", "sent"];
    for (const [index, word] of words.entries()) {
      await until("the next to run", () => gates.length > index);
      expect(gates).toHaveLength(index + 1);
      gates[index]?.end(word);
      await asked[index];
    }
    expect(gates.map(({ script }) => script.replace(/.*\/(.*)\.applescript/, "$1"))).toEqual([
      "send-text-to-chat",
      "react",
      "ask-automation",
      "send-file-to-participant",
    ]);
  });
});

describe("where nothing can send", () => {
  it("nothing is done, and nothing is known", async () => {
    const processes = { run: () => Promise.reject(new Error("nothing runs here")) };
    const nobody = chosenSender({ osascript: null, scripts: "/scripts", open: null, processes });
    expect(await nobody.send(CHAT, TEXT)).toMatchObject({ outcome: "not left", code: null });
    expect(await nobody.act(HEART)).toMatchObject({ outcome: "not left", code: null });
    expect(await nobody.askAutomation()).toMatchObject({ answer: "unknown", code: null });
  });
});

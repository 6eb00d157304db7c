import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type Action, type SendContent, type SendTarget, TAPBACKS } from "./messages-app.ts";
import { ASK_AUTOMATION, actionCall, type ScriptCall, sendCall } from "./script-calls.ts";

const FOLDER = resolve(import.meta.dirname, "../../resources/applescript");
const NAMES = readdirSync(FOLDER).toSorted();
const SCRIPTS = NAMES.map((name) => ({ name, text: readFileSync(join(FOLDER, name), "utf8") }));

const BUBBLE = { guid: "guid", text: "text" };
const THREAD = { guid: "guid", address: null, titles: [] };
const TARGETS: SendTarget[] = [
  { kind: "chat", guid: "guid" },
  { kind: "participant", address: "address", service: "iMessage" },
  { kind: "participant", address: "address", service: "SMS" },
  { kind: "participant", address: "address", service: "RCS" },
];
const CONTENTS: SendContent[] = [
  { kind: "text", text: "text", replyTo: null },
  { kind: "text", text: "text", replyTo: BUBBLE },
  { kind: "file", path: "/path" },
];
const ACTIONS: Action[] = [
  ...TAPBACKS.map((tapback) => ({ do: "react", on: BUBBLE, tapback, remove: false }) as const),
  { do: "edit", on: BUBBLE, text: "text" },
  { do: "unsend", on: BUBBLE },
  { do: "read", thread: THREAD },
  { do: "typing", thread: THREAD, isTyping: true },
];
const CALLS: ScriptCall[] = [
  ...TARGETS.flatMap((target) => CONTENTS.map((content) => sendCall(target, content))),
  ...ACTIONS.map(actionCall),
  ASK_AUTOMATION,
];

/** A script without what is only said about it. */
const code = (text: string) => text.replace(/--.*$/gm, "");
/** And without what stands in quotes. */
const bare = (text: string) => code(text.replace(/"[^"]*"/g, '""'));

describe("the scripts and the code that names them", () => {
  it("are the same", () => {
    expect([...new Set(CALLS.map(({ script }) => script))].toSorted()).toEqual(NAMES);
  });

  it.each(CALLS)("agree on arguments and words: $script $args", ({ script, args, says }) => {
    const text = readFileSync(join(FOLDER, script), "utf8");
    const used = [...code(text).matchAll(/\bitem (\d+) of argv/g)].map(([, number]) => Number(number));
    expect(Math.max(0, ...used)).toBe(args.length);
    expect(code(text)).toContain(`return "${says}"`);
  });

  it("agree on the tapbacks and on what is switched", () => {
    const react = readFileSync(join(FOLDER, "react.applescript"), "utf8");
    for (const tapback of TAPBACKS) expect(react).toContain(`if tapback is "${tapback}" then return`);
    expect(react).toContain('is not in {"add", "remove"}');
    expect(readFileSync(join(FOLDER, "typing.applescript"), "utf8")).toContain('argv is "on" then');
  });
});

describe.each(SCRIPTS)("$name", ({ text }) => {
  it("begins by saying what it does, its arguments and what it prints", () => {
    const comment = /^(?:--.*\n)+/.exec(text)?.[0] ?? "";
    expect(comment).toMatch(/^-- Arguments: (none|1 the )/m);
    expect(comment).toMatch(/^-- Prints /m);
    expect(text.slice(comment.length)).toMatch(/^\n?(--.*\n)?(property |on run argv\n)/);
  });

  it("is fixed text: no shell, nothing that runs or builds a script, no environment", () => {
    expect(code(text)).not.toMatch(
      /do shell script|run script|load script|do script|osascript|system attribute|«|use framework|administrator/i,
    );
  });

  it("gives up: every event in time, every wait for a window, too", () => {
    expect(text).toMatch(/\n\twith timeout of \d+ seconds\n/);
    for (const [loop] of code(text).matchAll(/^\s*repeat\b.*$/gm)) {
      expect(loop).toMatch(/repeat (with \w+ in |while \(current date\) < giveUpAt$|\d+ times$)/);
    }
  });

  it("says of what fails early that nothing was done, with the number", () => {
    expect(code(text)).toMatch(/\n\t\ton error reason number code\n/);
    expect(code(text)).toContain('return "unresolved " & code & " " & reason');
  });

  it("is ASCII, so that no encoding can be guessed wrong", () => {
    expect(text).toMatch(/^[\t\n\x20-\x7e]*$/);
  });

  it("closes what it opens", () => {
    const lines = bare(text)
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    const open: string[] = [];
    for (const line of lines) {
      const end = /^end (\w+)$/.exec(line);
      if (end) {
        expect(open.pop(), line).toBe(end[1]);
        continue;
      }
      const begun =
        /^on (?!error\b)(\w+)/.exec(line)?.[1] ??
        /^(try|considering|repeat)\b/.exec(line)?.[1] ??
        (/^with timeout/.test(line) ? "timeout" : undefined) ??
        (/^tell\b(?!.* to )/.test(line) ? "tell" : undefined) ??
        (/^if .* then$/.test(line) ? "if" : undefined);
      if (begun !== undefined) open.push(begun);
    }
    expect(open).toEqual([]);
    const count = (bracket: string) => bare(text).split(bracket).length;
    for (const [left, right] of ["()", "{}"].map((pair) => [...pair])) {
      expect(count(left ?? "")).toBe(count(right ?? ""));
    }
  });

  it("calls only what it has, and has only what it calls", () => {
    const has = [...text.matchAll(/^on (\w+)\(/gm)].map(([, name]) => name);
    const calls = [...bare(text).matchAll(/(?<!\bon )\b([a-z]\w*)\(/g)].map(([, name]) => name);
    expect(new Set(calls)).toEqual(new Set(has));
  });
});

describe("sending", () => {
  it.each(SCRIPTS.filter(({ name }) => name.startsWith("send-")))(
    "by $name resolves first, sends once, and tries nothing after",
    ({ text }) => {
      const sends = [...code(text).matchAll(/to send (messageText|theFile) to target$/gm)];
      expect(sends).toHaveLength(1);
      const after = code(text).slice((sends[0]?.index ?? 0) + (sends[0]?.[0].length ?? 0));
      expect(after).toBe('\n\tend timeout\n\treturn "sent"\nend run\n');
    },
  );

  it("names RCS only in the scripts that may fail to compile for it", () => {
    const naming = SCRIPTS.filter(({ text }) => /\bRCS\b/.test(bare(text))).map(({ name }) => name);
    expect(naming).toEqual([
      "send-file-to-rcs-participant.applescript",
      "send-text-to-rcs-participant.applescript",
    ]);
  });
});

describe("working in the window", () => {
  const scripts = SCRIPTS.filter(({ text }) => text.includes('application "System Events"'));

  it("is what the calls by Accessibility do, and no others", () => {
    const named = new Set(CALLS.filter(({ by }) => by === "window").map(({ script }) => script));
    expect(new Set(scripts.map(({ name }) => name))).toEqual(named);
  });

  it("proves that it may look, and looks once more, before it acts", () => {
    for (const { text } of scripts) {
      const run = code(text).slice(code(text).indexOf("on run argv"), code(text).indexOf("end run"));
      expect(run.indexOf("assertAccess()")).toBeGreaterThan(0);
      expect(run.indexOf("assertAccess()")).toBeLessThan(run.search(/bubbleOf\(|openThread\(/));
      expect(run).toMatch(/if not (isBubble|isShown)\(.*\) then error "Messages shows something else now"/);
    }
  });

  it("is done by the same handlers in every script: they cannot include one another", () => {
    const texts = new Map<string, Set<string>>();
    for (const { text } of scripts) {
      for (const [handler, name = ""] of text.matchAll(/^on (\w+)\([\s\S]*?^end \1$/gm)) {
        texts.set(name, (texts.get(name) ?? new Set()).add(handler));
      }
    }
    expect(texts.size).toBeGreaterThan(10);
    for (const [name, versions] of texts) expect([name, versions.size]).toEqual([name, 1]);
  });
});

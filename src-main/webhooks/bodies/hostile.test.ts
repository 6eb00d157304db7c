import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleMessage } from "../../testing/sample-changes.ts";
import {
  bodyOf,
  GROUP,
  groupEvent,
  messageEvent,
  mirrored,
  outboxEvent,
  reactionEvent,
} from "./testing/mirrored.ts";

const slack = (body: string, sender = "+15550111") =>
  mirrored("slack", messageEvent("message.received", { body, sender }));
const discord = (body: string, sender = "+15550111") =>
  mirrored("discord", messageEvent("message.received", { body, sender }));

describe("what others wrote shows in Slack as it was written", () => {
  it.each([
    ["<!channel> & <@U123>", "&lt;!channel&gt; &amp; &lt;@U123&gt;"],
    ["<https://evil.example|your bank>", "&lt;https://evil.example|your bank&gt;"],
    ["&lt;!here&gt;", "&amp;lt;!here&amp;gt;"],
    ["*bold* _x_ `code`", "*bold* _x_ `code`"],
  ])("%s", (body, shown) => {
    expect(slack(body)).toBe(`*+15550111*: ${shown}`);
  });

  it("and a name cannot end what is drawn strong", () => {
    expect(slack("hi", "a*b`c <!here>\nmore")).toBe("*a∗bˋc &lt;!here&gt; more*: hi");
    const event = messageEvent("message.received", { conversationIds: [GROUP] });
    expect(mirrored("slack", event, { groupName: "The * <b>" })).toBe(
      "*+15550111* in *The ∗ &lt;b&gt;*: hello",
    );
  });
});

describe("what others wrote shows in Discord as it was written", () => {
  it.each([
    ["@everyone <@123> <#4> <t:1>", "@everyone \\<@123\\> \\<#4\\> \\<t:1\\>"],
    ["[your bank](https://evil.example)", "\\[your bank\\](https://evil.example)"],
    ["**b** __u__ ~~s~~ ||sp||", "\\*\\*b\\*\\* \\_\\_u\\_\\_ \\~\\~s\\~\\~ \\|\\|sp\\|\\|"],
    ["`c` \\*", "\\`c\\` \\\\\\*"],
    ["https://example.com/a_b_c?d=e_f", "https://example.com/a_b_c?d=e_f"],
    ["see https://example.com/_x_ and _y_", "see https://example.com/_x_ and \\_y\\_"],
    [
      "https://a.example/||x|| <https://b_.example>",
      "https://a.example/\\|\\|x\\|\\| \\<https://b_.example\\>",
    ],
  ])("%s", (body, shown) => {
    expect(discord(body)).toBe(`**+15550111**: ${shown}`);
  });

  it("and begins no heading, list or quotation", () => {
    expect(discord("# a\n> b\n- c\n-# d\n1. e\n  + f\n2) g\n* h\n1.5")).toBe(
      [
        "**+15550111**:",
        "> \\# a",
        "> \\> b",
        "> \\- c",
        "> \\-# d",
        "> 1\\. e",
        ">   \\+ f",
        "> 2\\) g",
        "> \\* h",
        "> 1\\.5",
      ]
        .join("\n")
        .replace(">   \\+ f", ">   \\+ f"),
    );
  });

  it("and a name cannot end what is drawn strong", () => {
    expect(discord("hi", "a**b_c")).toBe("**a\\*\\*b\\_c**: hi");
  });

  it("and notifies nobody", () => {
    expect(
      JSON.parse(bodyOf("discord", messageEvent("message.received", { body: "@everyone" })) ?? ""),
    ).toEqual({
      content: "**+15550111**: @everyone",
      allowed_mentions: { parse: [] },
    });
  });
});

describe("whatever they write", () => {
  it.each(["\n", "\r\n", "\r", "\u2028", "\u2029", "\v", "\f", "\u0085"])(
    "no line is begun that is not seen to be theirs: %j",
    (end) => {
      expect(slack(`hi${end}*Anna*: yes`)).toBe("*+15550111*:\n> hi\n> *Anna*: yes");
      expect(slack("hi", `Anna${end}Bob`)).toBe("*Anna Bob*: hi");
    },
  );

  it("nothing is reordered or hidden around a name", () => {
    expect(slack("hi", "An\u202ena\u2066\u0000")).toBe("*Anna*: hi");
    expect(slack("hi", "\u202e \u200b")).toBe("*Somebody*: hi");
    const renamed = { action: "renamed", handle: null, name: "K\u202ein\n<b>" } as const;
    expect(mirrored("slack", groupEvent(renamed, "+15550111"))).toBe(
      "*+15550111* in *Family* renamed the group to “Kin &lt;b&gt;”",
    );
  });

  it("a name is cut off, and what comes after it is told", () => {
    expect(slack("hi", "x".repeat(5_000))).toBe(`*${"x".repeat(99)}…*: hi`);
  });

  it.each([
    ["slack", 40_000, "*+15550111*: "],
    ["discord", 2_000, "**+15550111**: "],
  ] as const)("%s takes %i characters", (format, limit, head) => {
    const room = limit - head.length;
    const of = (body: string) => mirrored(format, messageEvent("message.received", { body }));
    expect(of("x".repeat(room))).toBe(head + "x".repeat(room));
    expect(of("x".repeat(room + 1))).toBe(`${head}${"x".repeat(room - 1)}…`);
    // What would be cut in two is left out: a family, a flag, a letter with its accents, an escaped sign.
    const family = "👨‍👩‍👧‍👦";
    for (const whole of [family, "🇩🇪", "e\u0301\u0323", "😀"]) {
      const before = "x".repeat(room - whole.length);
      expect(of(`${before}${whole}${whole}`)).toBe(`${head}${before}…`);
    }
    const signs = {
      slack: [["&", "&amp;"]],
      discord: [
        ["*", "\\*"],
        ["\\", "\\\\"],
      ],
    } as const;
    for (const [sign, escaped] of signs[format]) {
      for (const before of ["", "x", "xx", "xxx", "xxxx"]) {
        const most = Math.floor((room - 1 - before.length) / escaped.length);
        expect(of(before + sign.repeat(room))).toBe(`${head}${before}${escaped.repeat(most)}…`);
      }
    }
  });

  it("a heap of accents is cut off all the same", () => {
    const text = discord(`a${"\u0301".repeat(5_000)}`);
    expect(text).toHaveLength(2_000);
  });

  const written = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          "<",
          ">",
          "&",
          "!here",
          "*",
          "_",
          "\\",
          "`",
          "|",
          "[",
          "](",
          "\n",
          "\r",
          "> ",
          "# ",
          "https://x",
          "😀",
          "\ud800",
          "e\u0301",
          "\u202e",
        ),
        { maxLength: 60 },
      )
      .map((pieces) => pieces.join("")),
    fc
      .tuple(fc.constantFrom("&", "<", "*", "\\", "🇩🇪", "\n", "x"), fc.nat(50_000))
      .map(([sign, count]) => sign.repeat(count)),
  );
  const events = fc
    .tuple(written, written, written, fc.constantFrom("text", "edit", "reaction", "outbox", "rename"))
    .map(([body, name, groupName, what]) => {
      const about = { sender: name, conversationIds: [GROUP] };
      const around = { groupName, target: sampleMessage({ body }) };
      switch (what) {
        case "text":
          return { event: messageEvent("message.received", { ...about, body, subject: name }), around };
        case "edit":
          return { event: messageEvent("message.edited", { ...about, body }), around };
        case "reaction":
          return { event: reactionEvent("reaction.added", { ...about, kind: "emoji", emoji: name }), around };
        case "outbox":
          return { event: outboxEvent({ conversationId: GROUP, state: "failed", reason: body }), around };
        default:
          return {
            event: groupEvent({ action: "renamed", handle: name, name: body }, name, groupName),
            around,
          };
      }
    });

  it("it fits, is whole, and Slack is given no < of theirs", () => {
    fc.assert(
      fc.property(events, ({ event, around }) => {
        const text = mirrored("slack", event, around) ?? "";
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(40_000);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toContain("<");
        expect(text).not.toMatch(/&(?!(amp|lt|gt);)/);
        for (const line of text.split("\n").slice(1)) expect(line).toMatch(/^> /);
        expect(text).not.toMatch(/[\r\v\f\u0085\u2028\u2029]/);
      }),
    );
  });

  it("it fits, is whole, and Discord is given no mention, link or bold of theirs", () => {
    fc.assert(
      fc.property(events, ({ event, around }) => {
        const text = mirrored("discord", event, around) ?? "";
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(2_000);
        expect(text.isWellFormed()).toBe(true);
        // What is left without every escaped sign, and without what Bellhop draws strong.
        const bare = text
          .replace(/\\[^\n]/gu, "")
          .replace(/^(To |Not sent to )?\*\*[^*\n]*\*\*( in \*\*[^*\n]*\*\*)?/, "");
        expect(bare).not.toMatch(/[`*~|<[\]\\]/);
        for (const line of text.split("\n").slice(1)) expect(line).toMatch(/^> (?!\s*[#>+-])/);
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSecretName, REDACTED, redacted, redactedText } from "./redact.ts";

function duration(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

describe("a text", () => {
  it.each([
    ["/api/v1/events?since=4&api_key=bh_abc&limit=5", `/api/v1/events?since=4&api_key=${REDACTED}&limit=5`],
    ["/x?API_KEY=1", `/x?API_KEY=${REDACTED}`],
    ["/x?api%5Fkey=1", `/x?api%5Fkey=${REDACTED}`],
    ["/x?password=hunter2#top", `/x?password=${REDACTED}#top`],
    ["/x?a=1;api_key=2&b=3", `/x?a=1;api_key=${REDACTED}&b=3`],
    ["/x?a?api_key=2;3&q=4", `/x?a?api_key=${REDACTED}&q=${REDACTED}`],
    [`/x?${"n".repeat(200)}_key=2`, `/x?${"n".repeat(200)}_key=${REDACTED}`],
    [
      `Unexpected token 's', "see you, "at" eight" is not valid JSON, says hook`,
      "Unexpected token 's' is not valid JSON, says hook",
    ],
    [`odd is not valid JSON, "but this" stays`, `odd is not valid JSON, "but this" stays`],
    ["/search?q=our+secret+plan&limit=3", `/search?q=${REDACTED}&limit=3`],
    ["Authorization: Bearer abcdef123456", `Authorization: Bearer ${REDACTED}`],
    ["key bh_Abc-123_xyz99 was used", `key bh_${REDACTED} was used`],
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `whsec_${REDACTED}`],
    ["https://ada:lovelace@example.com/hook", `https://${REDACTED}@example.com/hook`],
    ["https://hooks.slack.com/services/T0/B0/xyz", `https://hooks.slack.com/services/${REDACTED}`],
    [
      "https://discord.com/api/v10/webhooks/12/tok-en?wait=1",
      `https://discord.com/api/v10/webhooks/${REDACTED}?wait=1`,
    ],
    ["http://127.0.0.1:3001/ui/#aGVsbG8", `http://127.0.0.1:3001/ui/#${REDACTED}`],
  ])("%s is written as %s", (text, written) => {
    expect(redactedText(text)).toBe(written);
    // A sentence may hold what was cleaned before.
    expect(redactedText(`${written}: 200`)).toBe(`${written}: 200`);
  });

  it.each([
    "home-assistant answered 502 to 48,190; next try in 1 s",
    "GET /api/v1/webhooks/wh_1/deliveries?limit=50: 200, key First key",
    "/api/v1/messages?since=12&types=message.sent",
  ])("%s is written as it is", (text) => {
    expect(redactedText(text)).toBe(text);
  });

  it("that could not be parsed is not quoted", () => {
    let thrown: unknown;
    try {
      JSON.parse('{"body": "see you at eight"');
    } catch (error) {
      thrown = error;
    }
    try {
      JSON.parse("see you at eight");
    } catch (error) {
      expect(JSON.stringify(redacted([thrown, error]))).not.toMatch(/see you|eight/);
    }
  });

  it("of a name that is no secret is not touched, whatever it says", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("took", "48,171", "GET", "/api/v1", "é", "Maya", ";")),
        (words) => {
          const text = words.join(" ");
          expect(redactedText(text)).toBe(text);
        },
      ),
    );
  });

  const parts = [
    "?",
    "&",
    ";",
    "=",
    "?a=",
    ";a;",
    ";a=;key=",
    "://",
    "://a@",
    " ",
    "a",
    "bh_",
    "-bh_",
    "whsec_",
  ];
  parts.push(
    "bearer ",
    "bearer",
    "basic\t",
    "hooks.slack.com/",
    "hooks.slack.com/a",
    "/ui/#",
    `, "`,
    `"... `,
    "%",
  );
  parts.push("discord.com/api/webhooks/", "discord.com/api/v1", "[redacted]", " is not valid JSON");
  // What made it slow has often to follow, or not to follow, what it runs over.
  const nasty = [...parts, ...parts.map((part, at) => part + parts[(at * 7 + 3) % parts.length])];
  it.each(nasty)("of nothing but %j takes ten times as long when it is ten times as long", (part) => {
    const marks = " ?x=1 not valid JSON";
    const short = `${part.repeat(800).slice(0, 780)}${marks}`;
    const long = `${part.repeat(8_000).slice(0, 7_980)}${marks}`;
    let ofShort = Number.POSITIVE_INFINITY;
    let ofLong = Number.POSITIVE_INFINITY;
    // The same work in ten pieces and in one; of several goes the best, as others use this machine, too.
    const isLinear = (): boolean => ofLong < 4 * ofShort + 0.2;
    for (let go = 0; go < 10 || (go < 200 && !isLinear()); go += 1) {
      ofShort = Math.min(
        ofShort,
        duration(() => {
          for (let times = 0; times < 10; times += 1) redactedText(short);
        }),
      );
      ofLong = Math.min(
        ofLong,
        duration(() => redactedText(long)),
      );
    }
    expect([ofShort, ofLong, isLinear()]).toEqual([ofShort, ofLong, true]);
  });

  it("of any length is cut", () => {
    expect(redactedText("x".repeat(100_000)).length).toBeLessThan(10_000);
  });
});

describe("a name", () => {
  it.each(["key", "apiKey", "api_key", "X-API-Key", "secret", "socketToken", "Authorization", "set-cookie"])(
    "%s is a secret's",
    (name) => expect(isSecretName(name)).toBe(true),
  );

  it.each(["body", "text", "requestBody", "transcription", "oneTimeCode", "answer"])(
    "%s is that of somebody's words",
    (name) => expect(isSecretName(name)).toBe(true),
  );

  it.each(["key_name", "webhook", "delivery", "seq", "status", "request_id", "err", "bodyBytes", "type"])(
    "%s is neither",
    (name) => expect(isSecretName(name)).toBe(false),
  );
});

describe("a value", () => {
  it("hides what has a secret name, wherever it is", () => {
    const anything = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constant("plain"),
        fc.integer(),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "token", "body", "apiKey"), tie("tree"), { maxKeys: 3 }),
        fc.record({ secret: fc.constant("s3cret-value") }),
        fc.record({ headers: fc.record({ "X-Api-Key": fc.constant("s3cret-value") }) }),
        fc.constant(new Error("it broke", { cause: { password: "s3cret-value" } })),
        fc.constant(new Map([["x", { cookie: "s3cret-value" }]])),
      ),
    })).tree;
    fc.assert(
      fc.property(anything, (value) => {
        expect(JSON.stringify(redacted(value)) ?? "").not.toContain("s3cret-value");
      }),
    );
  });

  it("says which message it was, and nothing of it", () => {
    const message = { guid: "p:0/1", body: "hi", parts: [{ words: "hi" }], links: ["https://hi"] };
    expect(redacted({ message })).toEqual({ message: { guid: "p:0/1", message: REDACTED } });
  });

  it("that turns in a circle, or is huge, comes to an end", () => {
    const circle: Record<string, unknown> = { bytes: Buffer.alloc(1000), many: Array(1000).fill(1) };
    circle.again = circle;
    const text = JSON.stringify(redacted(circle));
    expect(text.length).toBeLessThan(20_000);
    expect(text).toContain("[1000 bytes]");
  });

  it("keeps what says that nothing is there", () => {
    expect(redacted({ secret: null, key: undefined, at: new Date(0) })).toEqual({
      secret: null,
      key: undefined,
      at: "1970-01-01T00:00:00.000Z",
    });
  });
});

import { expect, it, vi } from "vitest";
import { sampleStatus } from "../../src-shared/words/sample-status.ts";
import { ask } from "./ask.ts";
import { backoffMs } from "./backoff.ts";
import { readFrame } from "./frames.ts";
import { socketCalls } from "./socket-calls.ts";

const answering = (value: unknown) => ({
  call: () => Promise.resolve({ ok: true as const, value }),
  subscribe: () => () => {},
});

it("waits longer with each attempt, but never over 15 s, and never all at the same moment", () => {
  expect([1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, 0))).toEqual([
    1000, 2000, 4000, 8000, 15_000, 15_000,
  ]);
  expect(backoffMs(5, 1)).toBe(12_000);
});

it("parses what the bridge answers and refuses any other form", async () => {
  expect(await ask(answering(sampleStatus()), "status.get", {})).toEqual({ ok: true, value: sampleStatus() });
  expect(await ask(answering({ mode: "odd" }), "status.get", {})).toMatchObject({
    ok: false,
    error: { code: "unreadable_answer" },
  });
});

it("counts a bridge that throws as one that gave no answer", async () => {
  const bridge = { call: () => Promise.reject(new Error("gone")), subscribe: () => () => {} };
  expect(await ask(bridge, "key.reveal", {})).toMatchObject({ ok: false, error: { code: "no_answer" } });
});

it("tells answers from pushes, and ignores what is neither", () => {
  expect(readFrame('{"id":1,"ok":true,"value":7}')).toMatchObject({ kind: "answer" });
  expect(readFrame(JSON.stringify({ push: "status", value: sampleStatus() }))).toMatchObject({
    kind: "push",
  });
  for (const odd of ["", "[]", '{"push":"status","value":{}}', '{"id":1,"ok":false}', new Blob()])
    expect(readFrame(odd)).toBeNull();
});

it("settles each call with its own answer, in whatever order they come", async () => {
  const sent: string[] = [];
  const calls = socketCalls();
  calls.use({ send: (frame: string) => sent.push(frame) } as unknown as WebSocket);
  const first = calls.call("status.get", {});
  const second = calls.call("key.reveal", {});
  calls.take({ kind: "answer", answer: { id: 2, ok: true, value: "second" } });
  calls.take({ kind: "answer", answer: { id: 1, ok: true, value: "first" } });
  expect(await Promise.all([first, second])).toEqual([
    { ok: true, value: "first" },
    { ok: true, value: "second" },
  ]);
  expect(sent.map((frame) => JSON.parse(frame).call)).toEqual(["status.get", "key.reveal"]);
});

it("does not leave a call hanging: lost connection, no connection, no answer", async () => {
  vi.useFakeTimers();
  const calls = socketCalls();
  expect(await calls.call("status.get", {})).toMatchObject({ error: { code: "offline" } });
  calls.use({ send: () => {} } as unknown as WebSocket);
  const cut = calls.call("message.send", {});
  calls.use(null);
  expect(await cut).toMatchObject({ error: { code: "cut_off" } });
  calls.use({ send: () => {} } as unknown as WebSocket);
  const late = calls.call("message.send", {});
  await vi.advanceTimersByTimeAsync(90_000);
  expect(await late).toMatchObject({ error: { code: "late" } });
  vi.useRealTimers();
});

import { describe, expect, it } from "vitest";
import type { EventLine } from "../control.ts";
import { EVENT_TYPES } from "../domain/event.ts";
import { GroupChange } from "../domain/group-change.ts";
import { OUTBOX_STATES } from "../domain/outbox.ts";
import { ReactionKind } from "../domain/reaction.ts";
import {
  attemptWords,
  closedWords,
  deadLetterWords,
  endpointName,
  openedWords,
  requestWords,
  type SendWords,
  sendActivityWords,
  switchedOffWords,
} from "./activity-words.ts";
import { eventActivityWords } from "./activity-words-of-events.ts";
import { SAMPLE_NOW as NOW, sampleLine } from "./sample-status.ts";

describe("an attempt to deliver", () => {
  const attempt = {
    name: "home-assistant",
    seq: 48_190,
    status: 502,
    error: null,
    next: "retry",
    retryAt: NOW + 1_000,
    at: NOW,
  } as const;

  it.each([
    [{ status: 200, next: "delivered", retryAt: null }, "home-assistant took 48,190"],
    [{}, "home-assistant answered 502 to 48,190; next try in 1 s"],
    [{ retryAt: NOW + 29_600 }, "home-assistant answered 502 to 48,190; next try in 30 s"],
    [{ retryAt: NOW + 8 * 60_000 }, "home-assistant answered 502 to 48,190; next try at 14:10"],
    [{ retryAt: null }, "home-assistant answered 502 to 48,190; next try soon"],
    [
      { status: null, error: "connection refused" },
      "home-assistant did not take 48,190 (connection refused); next try in 1 s",
    ],
    [{ status: 400, next: "dead" }, "home-assistant answered 400 to 48,190; given up"],
    [{ status: 410, next: "disabled" }, "home-assistant answered 410 to 48,190; switched off"],
  ] as const)("%j reads: %s", (other, sentence) => {
    expect(attemptWords({ ...attempt, ...other }, "UTC")).toBe(sentence);
  });
});

describe("an endpoint", () => {
  it.each([
    ["home-assistant", "http://10.0.0.2/hook", "home-assistant"],
    [null, "https://ada:secret@hooks.example.com:8443/services/T0/xyz", "hooks.example.com:8443"],
    ["", "http://[::1]:80/", "[::1]:80"],
    [null, "nonsense", "a webhook"],
  ])("called %s at %s goes by %s", (name, url, called) => {
    expect(endpointName({ name, url })).toBe(called);
  });

  it("that was switched off: why", () => {
    expect(switchedOffWords("n8n", "failing")).toBe("n8n was switched off: it has failed for days");
    expect(switchedOffWords("n8n", "gone")).toContain("410");
    expect(switchedOffWords("n8n", "person")).toBe("n8n was switched off by hand");
  });

  it("that did not get an event: why", () => {
    expect(deadLetterWords("n8n", 48_190, "expired")).toBe("48,190 was given up for n8n: it waited too long");
  });
});

describe("a request", () => {
  const asked = { method: "GET", path: "/api/v1/messages?limit=50", from: "127.0.0.1" };
  it.each([
    [{ status: 200, key: "First key" }, "GET /api/v1/messages?limit=50: 200, key First key"],
    [{ status: 401, key: null }, "GET /api/v1/messages?limit=50: 401, no key, from 127.0.0.1"],
    [{ status: 403, key: "n8n" }, "GET /api/v1/messages?limit=50: 403, key n8n, from 127.0.0.1"],
    [{ status: null, key: "n8n" }, "GET /api/v1/messages?limit=50: left before it had its answer, key n8n"],
  ])("%j reads: %s", (other, sentence) => {
    expect(requestWords({ ...asked, ...other })).toBe(sentence);
  });
});

describe("connections, sends and the journal", () => {
  it("have their sentences", () => {
    expect(openedWords("WebSocket", "home-assistant", 48_160)).toBe(
      "WebSocket opened: key home-assistant, from 48,160",
    );
    expect(openedWords("Event stream", "n8n", null)).toBe("Event stream opened: key n8n, from now on");
    expect(closedWords("WebSocket", "n8n", 240_000, "it was too slow")).toBe(
      "WebSocket closed: key n8n, after 4 min; it was too slow",
    );
    expect(sendActivityWords({ person: "Tomás Rivera", outcome: "sent", reason: null })).toBe(
      "Sent to Tomás Rivera; its row is in chat.db",
    );
    expect(
      sendActivityWords({ person: "+1 503", outcome: "failed", reason: "the number is not on iMessage" }),
    ).toBe("Not sent to +1 503: the number is not on iMessage");
    const sent = (outcome: SendWords["outcome"]) =>
      sendActivityWords({ person: "Maya", outcome, reason: null });
    expect(sent("delivered")).toBe("Delivered to Maya");
    expect(sent("read")).toBe("Read by Maya");
    expect(sent("dry_run")).toBe("Dry run: nothing was sent to Maya");
  });
});

describe("an event", () => {
  const line = (other: Partial<EventLine>): EventLine => sampleLine({ person: "Elin Berg", ...other });
  it.each([
    [{}, "Elin Berg wrote"],
    [{ attachments: 1 }, "Elin Berg sent a file"],
    [{ kind: "audio", attachments: 1 }, "Elin Berg sent a voice message"],
    [{ type: "message.sent", isFromMe: true }, "You wrote to Elin Berg"],
    [{ type: "message.edited" }, "Elin Berg edited a message"],
    [{ type: "message.delivered", isFromMe: true }, "Delivered to Elin Berg"],
    [{ type: "reaction.added", reaction: "love" }, "Elin Berg loved a message"],
    [{ type: "message.updated", kind: "poll", isFromMe: true }, "A poll of yours has another vote"],
    [{ type: "conversation.updated", person: "Flat 4" }, "Flat 4 was changed"],
    [
      { type: "outbox.updated", outbox: { state: "unknown", reason: "its row never came" } },
      "Not known whether it was sent to Elin Berg: its row never came",
    ],
    [
      { type: "outbox.updated", outbox: { state: "sent", reason: null } },
      "Sent to Elin Berg; its row is in chat.db",
    ],
  ] as const)("%j reads: %s", (other, sentence) => {
    expect(eventActivityWords(line(other))).toBe(sentence);
  });

  it("never says what was written", () => {
    const secret = "the spare key is under the mat";
    const seen = new Set<string>();
    for (const type of EVENT_TYPES)
      for (const kind of [null, "message", "link", "poll", "app", "audio"] as const)
        for (const reaction of [null, ...ReactionKind.options])
          for (const action of [null, ...GroupChange.shape.action.options])
            for (const isFromMe of [true, false]) {
              const change = action === null ? null : { action, handle: "+1", name: secret };
              seen.add(
                eventActivityWords(
                  line({ type, kind, reaction, change, isFromMe, text: secret, emoji: "🔑" }),
                ),
              );
            }
    for (const state of OUTBOX_STATES)
      for (const reason of [null, "Messages does not run"])
        seen.add(
          eventActivityWords(line({ type: "outbox.updated", text: secret, outbox: { state, reason } })),
        );
    expect(seen.size).toBeGreaterThan(30);
    for (const sentence of seen) expect(sentence).not.toMatch(/spare|undefined|null|🔑/);
  });
});

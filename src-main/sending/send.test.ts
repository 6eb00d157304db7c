import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../src-shared/faults.ts";
import { createGroup, react, receiveMessage } from "../simulator/message-store.ts";
import { MAYA } from "../testing/simulated-messages.ts";
import type { OutboxItem } from "./outbox/outbox-item.ts";
import { unsent } from "./testing/scripted-outbox.ts";
import { FILE, stagedSends } from "./testing/staged-sends.ts";

const STRANGER = "+15550199";

describe("what is sent", () => {
  it("is the text as it is and then the files, with their names and sizes", async () => {
    const { send, outbox } = stagedSends();
    const body = '  \u202eRTL 👩‍👩‍👧 "quoted" \\ é \u0065\u0301\r\n\t ';
    const report = await send({ body, attachments: [FILE, { file: "file_1" }] });
    expect(outbox().requests).toEqual([
      {
        chat: `iMessage;-;${MAYA}`,
        service: null,
        replyTo: null,
        isDryRun: false,
        isExempt: false,
        parts: [
          { kind: "text", content: body, name: null, sizeBytes: Buffer.byteLength(body) },
          { kind: "file", content: "/staged/file-boat.jpg", name: "boat.jpg", sizeBytes: 7 },
          { kind: "file", content: "/staged/file-file_1", name: "file_1", sizeBytes: 7 },
        ],
      },
    ]);
    expect(report).toMatchObject({ isReplay: false, message: null, item: { state: "sent" } });
  });

  it("is any text whatsoever, unchanged, or it is refused", async () => {
    const { send, outbox } = stagedSends();
    const unit = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());
    await fc.assert(
      fc.asyncProperty(unit, async (body) => {
        const before = outbox().requests.length;
        const thrown = await send({ body }).catch((thrown: unknown) => thrown);
        const request = outbox().requests[before];
        if (thrown instanceof Fault) expect([thrown.code, request]).toEqual(["invalid_request", undefined]);
        else expect(request?.parts[0]?.content).toBe(body);
      }),
      { numRuns: 60 },
    );
  });

  it("goes to a number of this Mac's own country, where it does not say of which, or as Messages knows it", async () => {
    const { send, messages, outbox } = stagedSends();
    messages.receive("hi", { from: "+12025550122" });
    messages.receive("hi", { from: "2025550133" });
    for (const recipient of ["(202) 555-0122", "202-555-0133", "12025550144", "SMS;-;2025550155", "22395"])
      await send({ recipient });
    expect(outbox().requests.map(({ chat }) => chat)).toEqual([
      "any;-;+12025550122",
      "any;-;2025550133",
      "iMessage;-;+12025550144",
      "SMS;-;+12025550155",
      "iMessage;-;22395",
    ]);
  });

  it("is a voice note alone", async () => {
    const { send, outbox } = stagedSends();
    await send({ body: "", voice: { file: "file_1" } });
    expect(outbox().requests[0]?.parts).toEqual([
      { kind: "file", content: "/staged/voice-file_1", name: "file_1", sizeBytes: 7 },
    ]);
  });

  it.each([
    ["nothing at all", { body: "" }, "invalid_request", /nothing to send/],
    ["nothing to read", { body: " \n\u00a0" }, "invalid_request", /nothing to read/],
    ["only placeholders", { body: "\ufffc" }, "invalid_request", /nothing to read/],
    ["a NUL", { body: "a\0b" }, "invalid_request", /NUL/],
    ["half a pair", { body: "a\ud83d" }, "invalid_request", /surrogate/],
    ["too much", { body: "é".repeat(50_001) }, "payload_too_large", /100,000 bytes/],
    ["a voice note with a text", { voice: FILE }, "invalid_request", /alone/],
    ["a voice note with a file", { body: "", voice: FILE, attachments: [FILE] }, "invalid_request", /alone/],
    ["a file as an answer", { replyTo: "1", attachments: [FILE] }, "feature_unavailable", /only text/],
    [
      "a voice note as an answer",
      { body: "", replyTo: "1", voice: FILE },
      "feature_unavailable",
      /only text/,
    ],
    ["somebody who cannot be", { recipient: "nobody" }, "invalid_request", /neither a phone number/],
    ["a group that is not there", { recipient: "any;+;chat1" }, "target_not_found", /no conversation/],
    ["an answer to nothing", { replyTo: "999" }, "not_found", /no message 999/],
  ] as const)("is refused for %s", async (_, order, code, sentence) => {
    const { fault, outbox, copies } = stagedSends();
    const thrown = await fault(order, { idempotencyKey: "k" });
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(sentence) });
    expect([outbox().requests, copies]).toEqual([[], []]);
  });

  it("is exactly as much as is allowed", async () => {
    const { send, outbox } = stagedSends();
    const body = "é".repeat(50_000);
    await send({ body });
    expect(outbox().requests[0]?.parts[0]).toMatchObject({ content: body, sizeBytes: 100_000 });
  });
});

describe("whom it goes to", () => {
  it.each([
    ["a new number", { recipient: "+1 (555) 0199" }, `iMessage;-;${STRANGER}`],
    ["a new number by SMS", { recipient: STRANGER, service: "SMS" }, `SMS;-;${STRANGER}`],
    ["a new number by RCS", { recipient: STRANGER, service: "RCS" }, `RCS;-;${STRANGER}`],
    ["an Apple ID", { recipient: "Ida@Example.com" }, "iMessage;-;ida@example.com"],
    ["a conversation that is not there", { recipient: `any;-;${STRANGER}` }, `any;-;${STRANGER}`],
    ["the same by SMS", { recipient: `any;-;${STRANGER}`, service: "SMS" }, `SMS;-;${STRANGER}`],
    ["one that is there", { recipient: MAYA }, `any;-;${MAYA}`],
    ["one that is there, by SMS", { recipient: MAYA, service: "SMS" }, `any;-;${MAYA}`],
    ["one that is there, in another spelling", { recipient: `SMS;-;${MAYA}` }, `any;-;${MAYA}`],
  ] as const)("%s", async (_, order, chat) => {
    const { send, messages, outbox } = stagedSends();
    messages.receive("hello", { from: MAYA });
    await send(order);
    expect(outbox().requests[0]).toMatchObject({ chat, service: "service" in order ? order.service : null });
  });
});

describe("an answer", () => {
  it("is to a message of that conversation, by ROWID or guid", async () => {
    const { send, messages, outbox } = stagedSends();
    const { id, guid } = messages.receive("hello", { from: MAYA });
    await send({ replyTo: String(id) });
    await send({ replyTo: guid, recipient: `iMessage;-;${MAYA}` });
    expect(outbox().requests.map(({ replyTo }) => replyTo)).toEqual([guid, guid]);
  });

  it("is refused for a message of another conversation, and for what nobody wrote", async () => {
    const { fault, messages, outbox } = stagedSends();
    const group = createGroup(messages.store, { name: "Boats", addresses: [MAYA, STRANGER] });
    const { guid } = receiveMessage(messages.store, { chat: group, from: MAYA, text: "hello all" });
    const tapback = react(messages.store, { target: guid, kind: "love", by: { address: MAYA } });
    expect(await fault({ replyTo: guid })).toMatchObject({ status: 400, message: /another conversation/ });
    expect(await fault({ replyTo: guid, recipient: STRANGER })).toMatchObject({ status: 400 });
    expect(await fault({ replyTo: tapback.guid, recipient: group.guid })).toMatchObject({ status: 400 });
    expect(outbox().requests).toEqual([]);
  });

  it("is refused where no message can be answered, with the reason, after its own mistakes", async () => {
    const reason = new Fault("feature_unavailable", "switch on accessibilityActions");
    const { fault, send, messages } = stagedSends({}, () => reason);
    const { guid } = messages.receive("hello", { from: MAYA });
    expect(await fault({ replyTo: "999" })).toMatchObject({ code: "not_found" });
    expect(await fault({ replyTo: guid })).toBe(reason);
    await send();
  });
});

describe("a send of which surely nothing left", () => {
  it("is an error that says why", async () => {
    const { fault, outbox } = stagedSends();
    outbox().ends(unsent("automation_denied", "macOS does not let Bellhop control Messages"));
    expect(await fault({})).toMatchObject({ code: "automation_denied", message: /does not let Bellhop/ });
  });

  it("is none while one part of it may have left, and none when it was a dry run", async () => {
    const { send, outbox } = stagedSends();
    const half = (item: OutboxItem): OutboxItem => ({
      ...item,
      state: "failed",
      parts: item.parts.map((part, at) => ({ ...part, state: "failed", mayHaveLeft: at === 0 })),
    });
    outbox().ends(half);
    expect(await send({ attachments: [FILE] })).toMatchObject({ item: { state: "failed" } });
    outbox().ends((item) => ({
      ...item,
      state: "dry_run",
      parts: item.parts.map((part) => ({ ...part, state: "dry_run" })),
    }));
    expect(await send({ isDryRun: true })).toMatchObject({ item: { state: "dry_run" } });
  });
});

import { describe, expect, it } from "vitest";
import { receiveBeforeBody, setColumns } from "../../simulator/message-store.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { EVERY_SCHEMA, trappedFeed } from "./testing/trapped-feed.ts";

/** How long a row is held at most, in ms. */
const HOLD_MS = 1_000;

describe.each(EVERY_SCHEMA)("trap 1: text NULL, on $name", (schema) => {
  it("the body is decoded where text is NULL", () => {
    const { messages, follow, settle, heard } = trappedFeed(schema);
    const feed = follow();
    const { id } = messages.receive("שלום 👋, see https://example.com");
    setColumns(messages.store, "message", id, { text: null });
    settle(feed);
    expect(heard()).toEqual(["message.received: שלום 👋, see https://example.com"]);
  });

  it("text is only the fallback: where both are there, the body counts", () => {
    const { messages, follow, settle, heard } = trappedFeed(schema);
    const feed = follow();
    const { id } = messages.receive("what the body says");
    setColumns(messages.store, "message", id, { text: "what the text says" });
    settle(feed);
    expect(heard()).toEqual(["message.received: what the body says"]);
  });

  it.each([
    ["is not there", null],
    ["is empty", Buffer.alloc(0)],
    ["is damaged", Buffer.from("\u0004\u000bstreamtyped\u0081", "latin1")],
    ["is something else", Buffer.from("bplist00")],
  ])("text is the fallback where the body %s", (_what, attributedBody) => {
    const { messages, follow, settle, heard } = trappedFeed(schema);
    const feed = follow();
    const { id } = messages.receive("body");
    setColumns(messages.store, "message", id, { text: "text", attributedBody });
    settle(feed);
    expect(heard()).toEqual(["message.received: text"]);
  });

  it("a row that comes before its body is held, and told with it once it is there", () => {
    const { messages, follow, time, settle, heard } = trappedFeed(schema);
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    const unfinished = receiveBeforeBody(messages.store, { chat, from: MAYA, text: "slow" });
    feed.look();
    time.advance(HOLD_MS - 100);
    expect(heard()).toEqual([]);
    unfinished.finish();
    feed.look();
    expect(heard()).toEqual(["message.received: slow"]);
    settle(feed);
    expect(heard()).toHaveLength(1);
  });

  it("a row whose body does not come within a second is told without, and told of as updated with it", () => {
    const { messages, follow, time, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    const unfinished = receiveBeforeBody(messages.store, { chat, from: MAYA, text: "very slow" });
    feed.look();
    time.advance(2 * HOLD_MS);
    expect(heard()).toEqual(["message.received: -"]);
    time.advance(30_000);
    unfinished.finish();
    settle(feed);
    expect(heard()).toEqual(["message.received: -", "message.updated: very slow"]);
    expect(events[1]?.data).toMatchObject({ guid: unfinished.guid, rowId: unfinished.id });
    settle(feed);
    expect(heard()).toHaveLength(2);
  });
});

describe("trap 1: text NULL, and what happens around a row that is held", () => {
  it.each([1, 500, 999])(
    "it is held for no more than a second, also when nothing else is written: %i ms after the poll",
    (after) => {
      const { messages, follow, time, heard } = trappedFeed();
      const feed = follow();
      const chat = messages.chatWith(MAYA);
      time.advance(after);
      receiveBeforeBody(messages.store, { chat, from: MAYA, text: "never" });
      feed.look();
      time.advance(HOLD_MS + 50);
      expect(heard()).toEqual(["message.received: -"]);
    },
  );

  it("those behind it do not wait for it", () => {
    const { messages, follow, heard } = trappedFeed();
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    receiveBeforeBody(messages.store, { chat, from: MAYA, text: "slow" });
    messages.receive("behind it");
    feed.look();
    expect(heard()).toEqual(["message.received: behind it"]);
  });

  it("it is told once when the gateway ends while it is held, with the body that came meanwhile", () => {
    const { messages, follow, restart, settle, heard } = trappedFeed();
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    const unfinished = receiveBeforeBody(messages.store, { chat, from: MAYA, text: "over a restart" });
    feed.look();
    feed.stop();
    unfinished.finish();
    settle(restart(feed));
    expect(heard()).toEqual(["message.received: over a restart"]);
  });

  it("the update is told though the gateway ended between the row and its body", () => {
    const { messages, follow, time, restart, settle, heard } = trappedFeed();
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    const unfinished = receiveBeforeBody(messages.store, { chat, from: MAYA, text: "in the end" });
    feed.look();
    time.advance(3_000);
    feed.stop();
    unfinished.finish();
    settle(restart(feed));
    expect(heard()).toEqual(["message.received: -", "message.updated: in the end"]);
  });
});

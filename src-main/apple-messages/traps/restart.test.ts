import { describe, expect, it } from "vitest";
import type { Gateway } from "../../gateway-options.ts";
import { openFingerprints } from "../../journal/fingerprints.ts";
import { receiveMessage } from "../../simulator/message-store.ts";
import { at } from "../../testing/http-client.ts";
import { ownDatabase } from "../../testing/own-database.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA, simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { until } from "../../testing/until.ts";
import { EVERY_SCHEMA, trappedFeed } from "./testing/trapped-feed.ts";

describe.each(EVERY_SCHEMA)("trap 14: restart, on $name", (schema) => {
  it("the first start on an existing database emits nothing: the cursor begins at its end", () => {
    const { messages, follow, time, heard } = trappedFeed(schema);
    for (let row = 0; row < 120; row += 1) messages.receive(`old ${row}`);
    messages.send("old, and on its way", { state: "sending" });
    const feed = follow();
    time.advance(70_000);
    expect(heard()).toEqual([]);
    expect(feed.remembered()?.cursor).toBe(123);
    messages.receive("new");
    feed.look();
    expect(heard()).toEqual(["message.received: new"]);
  });

  it("the cursor is kept and the gap replayed, each message once, over many restarts", () => {
    const { messages, follow, settle, restart, received } = trappedFeed(schema);
    let feed = follow();
    const all: string[] = [];
    const write = (text: string): void => {
      all.push(text);
      messages.receive(text);
    };
    for (let round = 0; round < 5; round += 1) {
      write(`seen ${round}`);
      settle(feed);
      feed.stop();
      for (let row = 0; row < 60; row += 1) write(`missed ${round}.${row}`);
      feed = restart(feed);
    }
    settle(feed);
    expect(received()).toEqual(all);
  });
});

describe("trap 14: restart, in the middle of things", () => {
  it("ended between two slices of a long gap, it goes on where it was", () => {
    const { messages, follow, restart, settle, received } = trappedFeed();
    const first = follow();
    const texts = Array.from({ length: 300 }, (_, row) => `row ${row}`);
    messages.store.database.transaction(() => {
      for (const text of texts) messages.receive(text);
    })();
    first.feed.look();
    expect(first.feed.isCaughtUp()).toBe(false);
    settle(restart(first));
    expect(received()).toEqual(texts);
  });

  it("killed before the commit, the same rows come again; killed after it, they do not", () => {
    const { messages, follow, own, settle, restart, received, events } = trappedFeed();
    const first = follow();
    messages.receive("committed");
    settle(first);
    first.stop();
    messages.receive("not committed");
    const killed = follow({
      remembered: first.remembered(),
      refuse() {
        throw new Error("killed");
      },
    });
    expect(received()).toEqual(["committed"]);
    settle(restart(killed));
    expect(received()).toEqual(["committed", "not committed"]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(own.database.open).toBe(true);
  });

  it("a lost state (a first start again) tells nothing old, whatever fingerprints are left", () => {
    const { folder, messages, follow, settle, heard } = trappedFeed();
    const first = follow();
    messages.receive("told");
    settle(first);
    first.stop();
    messages.receive("missed");
    const memory = openFingerprints(ownDatabase(folder).database);
    settle(follow({ remembered: null, memory }));
    expect(heard()).toEqual(["message.received: told"]);
  });
});

describe("trap 14: restart of the whole gateway", () => {
  it("each message is one event in the journal, whatever was written while it was down", async () => {
    const folder = temporaryFolder();
    const messages = simulatedMessages(folder);
    const chat = messages.chatWith(MAYA);
    for (const text of ["old", "older"]) receiveMessage(messages.store, { chat, from: MAYA, text });
    const settings = { pollIntervalMs: 50, port: 0 };
    /** What the journal holds, oldest first. */
    const journal = async (gateway: Gateway): Promise<unknown[]> => {
      const lines = at(await gateway.control.call("events.recent", { limit: 100 }), "value");
      const events = Array.isArray(lines) ? lines.filter((line) => at(line, "type") !== null) : [];
      return events.map((line) => `${at(line, "type")}: ${at(line, "text")}`).toReversed();
    };
    const written: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { gateway } = await runningGateway({ folder, messages, settings });
      const text = `while it runs ${round}`;
      written.push(text);
      messages.receive(text);
      await until(text, async () => (await journal(gateway)).length === written.length);
      await gateway.stop();
      written.push(`while it is down ${round}`);
      messages.receive(written.at(-1) ?? "");
    }
    const { gateway } = await runningGateway({ folder, messages, settings });
    await until("the gap", async () => (await journal(gateway)).length === written.length);
    expect(await journal(gateway)).toEqual(written.map((text) => `message.received: ${text}`));
  });
});

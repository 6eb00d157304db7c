import { rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  arriveFile,
  attachmentsOf,
  beginDownload,
  failDownload,
  receiveMessage,
  sendMessage,
  setColumns,
} from "../../simulator/message-store.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { EVERY_SCHEMA, trappedFeed } from "./testing/trapped-feed.ts";

const content = Buffer.from("png");
const THREE = ["a.png", "b.png", "c.png"].map((name) => ({ name, content }));

/** The attachments of the newest event that has some. */
function filesIn(events: ReturnType<typeof trappedFeed>["events"]) {
  return events.flatMap(({ data }) => ("attachments" in data ? [data.attachments] : [])).at(-1) ?? [];
}

describe.each(EVERY_SCHEMA)("trap 15: attachments, on $name", (schema) => {
  it("are matched by guid and not by the order of their joins or rows", () => {
    const { messages, follow, settle, events } = trappedFeed(schema);
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    messages.store.database.transaction(() => {
      const { id } = receiveMessage(messages.store, { chat, from: MAYA, files: THREE, text: "look" });
      // The first and the last row change places, which turns the order of rows and joins round.
      const [first, , last] = attachmentsOf(messages.store, id);
      if (!first || !last) throw new Error("no files");
      setColumns(messages.store, "attachment", last.id, { guid: "meanwhile" });
      for (const [row, { guid, name, filename }] of [
        [first.id, last],
        [last.id, first],
      ] as const) {
        setColumns(messages.store, "attachment", row, { guid, transfer_name: name, filename });
      }
    })();
    settle(feed);
    expect(filesIn(events).map(({ name }) => name)).toEqual(["a.png", "b.png", "c.png"]);
    const parts = events.flatMap(({ data }) => ("attachments" in data ? data.parts : []));
    const names = parts.map(
      ({ attachment }) => filesIn(events).find(({ guid }) => guid === attachment)?.name,
    );
    expect(names.slice(0, 3)).toEqual(["a.png", "b.png", "c.png"]);
  });

  it("filename may be NULL: no path, not ready, and no row is dropped", () => {
    const { messages, follow, settle, events, heard } = trappedFeed(schema);
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    messages.store.database.transaction(() => {
      const { id } = receiveMessage(messages.store, { chat, from: MAYA, files: THREE, text: "look" });
      const [first, second] = attachmentsOf(messages.store, id);
      setColumns(messages.store, "attachment", first?.id ?? 0, { filename: null });
      setColumns(messages.store, "attachment", second?.id ?? 0, { filename: "", transfer_name: null });
    })();
    settle(feed);
    expect(heard()).toEqual(["message.received: look"]);
    expect(filesIn(events)).toMatchObject([
      { path: null, state: "missing" },
      { path: null, state: "missing" },
      { path: expect.stringMatching(/c\.png$/), state: "ready" },
    ]);
  });

  it("~ is expanded", () => {
    const { folder, messages, follow, settle, events } = trappedFeed(schema);
    const home = process.env.HOME;
    onTestFinished(() => {
      process.env.HOME = home ?? "";
    });
    process.env.HOME = folder;
    expect(homedir()).toBe(folder);
    writeFileSync(join(folder, "cat.png"), content);
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    messages.store.database.transaction(() => {
      const { id } = receiveMessage(messages.store, { chat, from: MAYA, files: THREE.slice(0, 1) });
      const [file] = attachmentsOf(messages.store, id);
      setColumns(messages.store, "attachment", file?.id ?? 0, { filename: "~/cat.png" });
    })();
    settle(feed);
    expect(filesIn(events)).toMatchObject([{ path: join(folder, "cat.png"), state: "ready" }]);
  });

  it("one that is fetched is told of with every step, and as ready when it is there", () => {
    const { messages, follow, settle, events } = trappedFeed(schema);
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    const files = [{ name: "cat.png", content, late: true }];
    const { id } = receiveMessage(messages.store, { chat, from: MAYA, files });
    settle(feed);
    const [file] = attachmentsOf(messages.store, id);
    if (!file) throw new Error("no file");
    const states = [filesIn(events)[0]?.state];
    for (const step of [
      () => beginDownload(messages.store, file),
      () => failDownload(messages.store, file),
      () => arriveFile(messages.store, file, { content }),
    ]) {
      step();
      settle(feed);
      states.push(filesIn(events)[0]?.state);
    }
    expect(states).toEqual(["waiting", "downloading", "failed", "ready"]);
    expect(filesIn(events)[0]?.path).toMatch(/cat\.png$/);
  });
});

describe("trap 15: attachments, ready only at state 5 with the file present", () => {
  const STATES = [0, 1, 2, 3, 4, 5, 6, 7, -1, 99];
  it.each(
    [true, false].flatMap((isReceived) =>
      STATES.flatMap((state) => [true, false].map((isThere) => [isReceived, state, isThere] as const)),
    ),
  )("received %o, transfer_state %i, file there %o", (isReceived, state, isThere) => {
    const { messages, follow, settle, events } = trappedFeed();
    const feed = follow();
    const chat = messages.chatWith(MAYA);
    messages.store.database.transaction(() => {
      const draft = { chat, files: THREE.slice(0, 1), text: "look" };
      const { id } = isReceived
        ? receiveMessage(messages.store, { ...draft, from: MAYA })
        : sendMessage(messages.store, { ...draft, state: "sent" });
      const [file] = attachmentsOf(messages.store, id);
      setColumns(messages.store, "attachment", file?.id ?? 0, { transfer_state: state });
      if (!isThere) rmSync(file?.filename ?? "");
    })();
    settle(feed);
    const [attachment] = filesIn(events);
    expect(attachment?.state === "ready").toBe(state === 5 && isThere);
  });
});

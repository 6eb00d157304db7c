import { describe, expect, it } from "vitest";
import { EVENT_TYPES } from "../../src-shared/domain/event.ts";
import { sampleMessage } from "../testing/sample-changes.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { settle } from "../testing/until.ts";
import { openEventPages, type PageQuestion, readEvents } from "./event-pages.ts";
import { openTestJournal } from "./testing/open-test-journal.ts";

function staged() {
  const opened = openTestJournal(temporaryFolder());
  opened.database.pragma("synchronous = OFF");
  const all = { since: null, types: EVENT_TYPES, conversations: [], limit: 100 };
  const pages = openEventPages({ journal: opened.journal, bus: opened.bus, timers: opened.time.timers });
  return {
    ...opened,
    pages,
    read(asked: Partial<PageQuestion> = {}) {
      const { events, nextSince, hasMore } = readEvents(opened.journal, { ...all, ...asked });
      return { seqs: events.map(({ seq }) => seq), nextSince, hasMore };
    },
    wait(waitMs: number, asked: Partial<PageQuestion> = {}, signal = new AbortController().signal) {
      return pages.page({ ...all, ...asked, waitMs }, signal);
    },
  };
}

const inChat = (chat: string, guid: string) => ({
  type: "message.received" as const,
  data: sampleMessage({ guid, conversationIds: [chat] }),
});

describe("a page of events", () => {
  it("begins with the oldest that is kept, or after a sequence", () => {
    const { tellOf, journal, read } = staged();
    expect(read()).toEqual({ seqs: [], nextSince: 0, hasMore: false });
    tellOf(5);
    expect(read({ limit: 2 })).toEqual({ seqs: [1, 2], nextSince: 2, hasMore: true });
    expect(read({ since: 2, limit: 3 })).toEqual({ seqs: [3, 4, 5], nextSince: 5, hasMore: false });
    expect(read({ since: 5 })).toEqual({ seqs: [], nextSince: 5, hasMore: false });
    journal.prune(3, 9);
    expect(read()).toEqual({ seqs: [4, 5], nextSince: 5, hasMore: false });
    expect(() => read({ since: 2 })).toThrow(expect.objectContaining({ code: "cursor_expired" }));
    expect(() => read({ since: 6 })).toThrow(expect.objectContaining({ code: "cursor_expired" }));
  });

  it("moves on past what is not asked for", () => {
    const { tellOf, tell, read } = staged();
    tellOf(3);
    tell([{ type: "message.read", data: sampleMessage({ guid: "READ" }) }]);
    tellOf(3);
    const types = ["message.read"] as const;
    expect(read({ types })).toEqual({ seqs: [4], nextSince: 7, hasMore: false });
    expect(read({ types, limit: 1 })).toEqual({ seqs: [4], nextSince: 4, hasMore: true });
    expect(read({ types, since: 4, limit: 1 })).toEqual({ seqs: [], nextSince: 7, hasMore: false });
  });

  it("is of the conversations that are asked for, in any spelling, or by handle", () => {
    const { tell, read } = staged();
    tell([inChat("iMessage;-;+15550111", "A"), inChat("any;+;chat1", "B"), inChat("any;-;a@b.example", "C")]);
    const of = (...conversations: string[]) => read({ conversations }).seqs;
    expect([of("any;-;+15550111"), of("+15550111", "a@b.example"), of("any;+;chat2")]).toEqual([
      [1],
      [1, 3],
      [],
    ]);
  });

  it("looks through no more than 2,000 events for a conversation, and says that there are more", () => {
    const { database, tellOf, tell, read } = staged();
    database.transaction(() => tellOf(4_321))();
    tell([inChat("any;+;chat1", "B")]);
    const conversations = ["any;+;chat1"];
    let page = read({ conversations });
    expect(page).toEqual({ seqs: [], nextSince: 2_000, hasMore: true });
    page = read({ conversations, since: page.nextSince });
    page = read({ conversations, since: page.nextSince });
    expect(page).toEqual({ seqs: [4_322], nextSince: 4_322, hasMore: false });
  });
});

describe("whoever waits for a page", () => {
  it("has what is there at once", async () => {
    const { tellOf, wait, time } = staged();
    tellOf(2);
    const { events, hasMore } = await wait(1_000, { limit: 1 });
    expect([events.length, hasMore, time.pending()]).toEqual([1, true, 0]);
  });

  it("has what comes, all of it, and not before it is what was asked for", async () => {
    const { tell, tellOf, wait, time } = staged();
    tellOf(1);
    const waiting = wait(1_000, { since: 1, conversations: ["any;+;chat1"] });
    tellOf(2);
    await settle();
    tell([inChat("any;+;chat1", "B"), inChat("any;+;chat1", "C")]);
    await settle();
    time.advance(0);
    const { events, nextSince } = await waiting;
    expect([events.map(({ seq }) => seq), nextSince, time.pending()]).toEqual([[4, 5], 5, 0]);
  });

  it("has an empty page when nothing came in time, when it left, and when Bellhop stops", async () => {
    const { pages, wait, time } = staged();
    const leaving = new AbortController();
    const inTime = wait(1_000);
    time.advance(1_000);
    const left = wait(5_000, {}, leaving.signal);
    leaving.abort();
    const stopped = wait(5_000);
    pages.close();
    const after = wait(5_000);
    await settle();
    time.advance(0);
    for (const page of await Promise.all([inTime, left, stopped, after])) {
      expect(page).toEqual({ events: [], nextSince: 0, hasMore: false });
    }
    expect(time.pending()).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { Fault } from "../../../src-shared/faults.ts";
import { fakeMessagesApp, notLeft, taken, timedOut } from "../../testing/fake-messages-app.ts";
import { filePart, sendingOutbox, stagedSending, textFor, textPart } from "../../testing/sending-outbox.ts";
import type { Permission } from "./queue.ts";

const OTHER = "+15550112";

describe("the owner's rules are asked again right before a part goes:", () => {
  it("what they refuse fails, has not left, and takes along what is behind it", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    let answer: Permission = { refused: new Fault("policy_allow_list", "not listed") };
    const { accept, outbox, pass, item } = sendingOutbox(app, { ...on, mayGo: () => answer });
    const id = await accept({ parts: [textPart("one"), textPart("two")] });
    expect(item(id)).toMatchObject({
      state: "failed",
      fault: "policy_allow_list",
      reason: "not listed",
      parts: [{ mayHaveLeft: false }, { state: "failed" }],
    });
    outbox.retry(id);
    await pass(1_000);
    expect([item(id).state, app.contents()]).toEqual(["failed", []]);
    answer = { go: true };
    outbox.retry(id);
    await pass(2_000);
    expect([item(id).state, app.contents()]).toEqual(["sent", ["one", "two"]]);
  });

  it("what may not go yet waits, with its lane alone, and is asked for again", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    let wait = 40_000;
    const asked: string[] = [];
    const { text, pass, state, outbox } = sendingOutbox(app, {
      ...on,
      mayGo(item): Permission {
        asked.push(item.id);
        return item.chat.endsWith(OTHER) || wait === 0 ? { go: true } : { notBefore: wait };
      },
    });
    const ids = [await text("later"), await text("behind it"), await text("now", OTHER)];
    await pass(2_000);
    expect(ids.map(state)).toEqual(["queued", "queued", "sent"]);
    expect((await outbox.wait(ids[0] ?? "", 60_000)).item.state).toBe("queued");
    expect(asked.filter((id) => id === ids[0])).toHaveLength(1);
    wait = 0;
    await pass(40_000);
    expect(app.contents()).toEqual(["now", "later", "behind it"]);
  });

  it("what may go is found behind everything that may not", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const mayGo = ({ chat }: { chat: string }): Permission =>
      chat.endsWith(OTHER) ? { go: true } : { notBefore: 3_600_000 };
    const { outbox, text, pause, pass, time, state } = sendingOutbox(app, { ...on, mayGo, paused: true });
    for (let lane = 100; lane < 220; lane += 1) outbox.accept(textFor("later", `+15551000${lane}`));
    const id = await text("now", OTHER);
    await pause(false);
    for (let round = 0; round < 5; round += 1) {
      time.advance(1);
      await pass(1_000);
    }
    expect([state(id), app.contents()]).toEqual(["sent", ["now"]]);
  });

  it("what the owner wants tried out only is", async () => {
    const app = fakeMessagesApp(() => taken);
    const { text, state } = sendingOutbox(app, { ...stagedSending(), mayGo: () => ({ go: "dry run" }) });
    expect([state(await text("hi")), app.contents()]).toEqual(["dry_run", []]);
  });

  it("what the self-test sends is told apart", async () => {
    const app = fakeMessagesApp(() => taken);
    const asked: boolean[] = [];
    const { accept } = sendingOutbox(app, {
      ...stagedSending(),
      mayGo({ isExempt }) {
        asked.push(isExempt);
        return { go: true };
      },
    });
    await accept({ isExempt: true, parts: [textPart("test")] });
    await accept({ parts: [textPart("no test")] });
    expect(asked).toEqual([true, false]);
  });
});

describe("one item that cannot be worked out", () => {
  it.each([
    ["by what reads its bubble", "bubbleOf"],
    ["by the rules", "mayGo"],
  ])("(%s) fails, and does not hold up the others", async (_what, where) => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const odd = (): never => {
      throw new TypeError("odd row");
    };
    const mayGo = ({ replyTo }: { replyTo: string | null }): Permission =>
      where === "mayGo" && replyTo !== null ? odd() : { go: true };
    const bubbleOf = where === "bubbleOf" ? odd : () => ({ guid: "G", text: "?" });
    const { accept, text, pass, state, item, complaints } = sendingOutbox(app, { ...on, bubbleOf, mayGo });
    const poison = await accept({ replyTo: "G", parts: [textPart("answer")] });
    const other = await text("to somebody else", OTHER);
    const same = await text("and to the same");
    await pass(5_000);
    expect([other, same].map(state)).toEqual(["sent", "sent"]);
    expect(item(poison)).toMatchObject({
      state: "failed",
      fault: "internal",
      parts: [{ mayHaveLeft: false }],
    });
    expect(complaints).toHaveLength(1);
  });

  it("(what was to be sent is damaged in bellhop.db) fails, and is not retried", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const { text, outbox, pause, pass, item, sql, state } = sendingOutbox(app, { ...on, paused: true });
    const id = await text("hi");
    sql("UPDATE outbox_part SET sealed_content = zeroblob(40)");
    const other = await text("hello");
    await pause(false);
    await pass(2_000);
    expect(item(id)).toMatchObject({ state: "failed", fault: "internal" });
    expect([state(other), app.contents()]).toEqual(["sent", ["hello"]]);
    expect(() => outbox.retry(id)).toThrow(expect.objectContaining({ code: "conflict" }));
  });
});

describe("what becomes of a part is told, though the whole stays what it is:", () => {
  it("a retry beside what is unknown; whoever waits, waits for it", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => timedOut, rowFor);
    const { accept, outbox, pass, told, ended, item } = sendingOutbox(app, on);
    const id = await accept({ parts: [textPart("one"), textPart("two")] });
    await pass(65_000);
    outbox.retry(id);
    expect(outbox.counts().waiting).toBe(1);
    const waiting = outbox.wait(id, 10_000);
    await pass(5_000);
    expect((await waiting).item.parts.map(({ state }) => state)).toEqual(["unknown", "sent"]);
    expect(told.at(-1)?.data.parts.map(({ state }) => state)).toEqual(["unknown", "sent"]);
    expect(ended.map(({ state }) => state)).toEqual(["unknown", "unknown"]);
    expect([item(id).state, outbox.counts().waiting]).toEqual(["unknown", 0]);
  });
});

describe("a retry", () => {
  it("needs the files of what goes again, not of what went", async () => {
    const { messages, ...on } = stagedSending();
    const app = fakeMessagesApp(
      () => taken,
      () => notLeft(-1743),
    );
    const gone = new Set(["/staged/1/a.png"]);
    const isFileThere = (path: string): boolean => !gone.has(path);
    const { accept, pass, outbox } = sendingOutbox(app, { ...on, messages, isFileThere });
    const id = await accept({ parts: [filePart("/staged/1/a.png"), filePart("/staged/2/b.png")] });
    await pass(1_000);
    expect(outbox.retry(id).parts[1]?.state).toBe("queued");
    await pass(1_000);
    gone.add("/staged/2/b.png");
    expect(() => outbox.retry(id)).toThrow(/b\.png is kept no longer/);
  });
});

describe("the same order", () => {
  it("somebody new is in one conversation, with and without the country", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(() => notLeft(-600), rowFor);
    const { text, pass } = sendingOutbox(app, on);
    await text("first", "5550004444");
    await text("second", "+15550004444");
    await pass(5_000);
    expect(app.contents()).toEqual(["first", "first", "second"]);
  });

  it("of two files that only their endings tell apart the second waits for the row of the first", async () => {
    const app = fakeMessagesApp(() => taken);
    const { accept } = sendingOutbox(app, stagedSending());
    await accept({ parts: [filePart("/staged/1/IMG_1.heic"), filePart("/staged/2/IMG_1.mov")] });
    expect(app.contents()).toEqual(["/staged/1/IMG_1.heic"]);
  });
});

describe("the outbox does not grow without end:", () => {
  it("beyond 10,000 items that wait, no more is accepted", async () => {
    const app = fakeMessagesApp(() => taken);
    const { outbox, text, sql } = sendingOutbox(app, { ...stagedSending(), paused: true });
    await text("hi");
    sql(`WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
         INSERT INTO outbox_item (id, created_at, chat, state, seq) SELECT 'x' || i, 0, 'c', 'queued', i FROM n`);
    const last = await text("the last");
    expect(() => outbox.accept(textFor("one too many"))).toThrow(expect.objectContaining({ code: "busy" }));
    outbox.cancel(last);
    expect(outbox.accept(textFor("room again"))).toMatch(/^out_/);
  });

  it("what ended 30 days ago goes in slices, what waits does not", async () => {
    const { rowFor, ...on } = stagedSending();
    const app = fakeMessagesApp(rowFor);
    const day = 86_400_000;
    const { outbox, text, pause, pass, time, sql } = sendingOutbox(app, on);
    const sent = await text("sent");
    await pass(1_000);
    await pause(true);
    const waiting = await text("waits");
    const guid = outbox.get(sent)?.parts[0]?.messageGuid ?? "";
    const then = time.clock.now() - 31 * day;
    sql(`WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 509)
         INSERT INTO outbox_item (id, created_at, changed_at, chat, state, seq)
         SELECT 'x' || i, ${then}, ${then}, 'c', 'failed', i FROM n`);
    const left = (): number => outbox.list({ limit: 1_000 }).length;
    time.advance(10 * 60_000 - 500);
    expect(left()).toBe(302);
    time.advance(5_000);
    expect(left()).toBe(2);
    expect(outbox.itemOf(guid)).toBe(sent);
    sql(`UPDATE outbox_item SET created_at = ${then}, changed_at = ${then}`);
    sql(`UPDATE outbox_part SET dispatched_at = ${then} WHERE dispatched_at IS NOT NULL`);
    time.advance(3_600_000);
    expect([outbox.get(sent), outbox.itemOf(guid)]).toEqual([null, null]);
    expect(outbox.get(waiting)?.state).toBe("queued");
  });
});

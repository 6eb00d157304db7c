import { describe, expect, it } from "vitest";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openDeliveryStore } from "../webhooks/delivery-store.ts";
import { startRetention } from "./retention.ts";
import { openTestJournal } from "./testing/open-test-journal.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A journal under retention. Its wall clock can be set; `kept` are the settings. */
function staged() {
  const time = manualTime();
  let set = 0;
  const clock = { ...time.clock, now: () => time.clock.now() + set };
  const opened = openTestJournal(temporaryFolder(), { ...time, clock });
  const { database, journal, complain } = opened;
  const deliveries = openDeliveryStore(database);
  const kept = { eventsKeptDays: 7, eventsKept: 100_000 };
  const said: string[] = [];
  const retention = startRetention({
    journal,
    deliveries,
    database,
    settings: () => kept,
    clock,
    timers: time.timers,
    nameOf: (id) => `${id}.example`,
    said: (sentence, detail) => void said.push(`${sentence} (${detail.webhook_id} ${detail.count})`),
    complain,
  });
  const addWebhook = database.prepare(
    "INSERT INTO webhook (id, url, events, created_at) VALUES (?, ?, '[]', 1)",
  );
  const endDelivery = database.prepare("UPDATE delivery SET state = ? WHERE webhook_id = ? AND seq = ?");
  return {
    ...opened,
    kept,
    said,
    retention,
    clock,
    setClock: (ms: number) => {
      set += ms;
    },
    webhook: (id: string) => void addWebhook.run(id, `http://${id}.example`),
    deliver(id: string, seq: number, state: "pending" | "delivered" | "dead") {
      deliveries.enqueue(id, seq, 1);
      endDelivery.run(state, id, seq);
    },
    left: () => journal.oldest(1e6).map(({ seq }) => seq),
    leftDeliveries: () =>
      database
        .prepare<[], string>("SELECT webhook_id || seq || state FROM delivery ORDER BY 1")
        .pluck()
        .all(),
  };
}

describe("an event", () => {
  it("goes when it is older than the days that events are kept", () => {
    const { tellOf, time, left } = staged();
    tellOf(2);
    time.advance(1 * DAY);
    tellOf(1);
    time.advance(6 * DAY - MINUTE);
    expect(left()).toEqual([1, 2, 3]);
    time.advance(2 * MINUTE);
    expect(left()).toEqual([3]);
  });

  it("goes when there are so many newer ones, however young it is", () => {
    const { database, tellOf, time, kept, left } = staged();
    kept.eventsKept = 1_000;
    database.transaction(() => tellOf(2_234))();
    time.advance(MINUTE);
    expect(left()).toHaveLength(1_000);
    expect(left()[0]).toBe(1_235);
  });

  it("stays, with all after it, as long as it waits to be delivered", () => {
    const { tellOf, time, webhook, deliver, left, leftDeliveries } = staged();
    webhook("a");
    tellOf(4);
    deliver("a", 2, "delivered");
    deliver("a", 3, "pending");
    deliver("a", 4, "delivered");
    time.advance(30 * DAY);
    expect(left()).toEqual([3, 4]);
    deliver("a", 3, "delivered");
    time.advance(MINUTE);
    expect([left(), leftDeliveries()]).toEqual([[], []]);
  });

  it("stays with its deliveries when the database does not let them go", () => {
    const { database, tellOf, time, webhook, deliver, left, leftDeliveries, complaints, said } = staged();
    webhook("a");
    tellOf(1);
    deliver("a", 1, "dead");
    database.exec("CREATE TRIGGER no BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    time.advance(8 * DAY);
    expect([left(), leftDeliveries(), said]).toEqual([[1], ["a1dead"], []]);
    expect(complaints[0]).toMatchObject({ message: "disk full" });
    database.exec("DROP TRIGGER no");
    time.advance(MINUTE);
    expect([left(), leftDeliveries(), said.length]).toEqual([[], [], 1]);
  });
});

describe("a delivery that was given up", () => {
  it("goes with its event, which is said", () => {
    const { tellOf, time, webhook, deliver, said, leftDeliveries } = staged();
    webhook("a");
    webhook("b");
    tellOf(3);
    for (const seq of [1, 2, 3]) deliver("a", seq, "dead");
    deliver("b", 1, "dead");
    deliver("b", 2, "delivered");
    time.advance(8 * DAY);
    expect(leftDeliveries()).toEqual([]);
    expect(said).toEqual([
      "3 deliveries to a.example that were given up were dropped with their events (a 3)",
      "1 delivery to b.example that was given up was dropped with its event (b 1)",
    ]);
  });

  it("is counted once, however many slices it takes", () => {
    const { database, tellOf, time, webhook, deliver, said, kept } = staged();
    for (const id of ["a", "b", "c", "d", "e"]) webhook(id);
    database.transaction(() => {
      for (const { seq } of tellOf(1_700))
        for (const id of ["a", "b", "c", "d", "e"]) deliver(id, seq, "dead");
    })();
    kept.eventsKept = 1_000;
    time.advance(MINUTE);
    expect(said).toHaveLength(5);
    expect(new Set(said.map((sentence) => sentence.split(" ")[0]))).toEqual(new Set(["700"]));
  });
});

describe("a clock", () => {
  it.each([
    ["that is set 30 days ahead", 30 * DAY],
    ["that is set a day back", -DAY],
  ])("%s makes nothing old for an hour", (_what, jump) => {
    const { tellOf, time, setClock, clock, left } = staged();
    tellOf(1, clock.now() - 7 * DAY + 2 * MINUTE);
    setClock(jump);
    time.advance(HOUR - MINUTE);
    expect(left()).toEqual([1]);
    setClock(-jump);
    time.advance(HOUR);
    expect(left()).toEqual([1]);
    time.advance(5 * MINUTE);
    expect(left()).toEqual([]);
  });

  it("that went on while the machine slept makes nothing old for an hour", () => {
    const { tellOf, time, setClock, left, kept } = staged();
    kept.eventsKeptDays = 1;
    tellOf(1);
    setClock(2 * DAY);
    time.advance(HOUR);
    expect(left()).toEqual([1]);
    time.advance(2 * MINUTE);
    expect(left()).toEqual([]);
  });

  it("that is set does not let there be more events than are kept", () => {
    const { tellOf, time, setClock, kept, left } = staged();
    tellOf(5);
    kept.eventsKept = 2;
    setClock(30 * DAY);
    time.advance(MINUTE);
    expect(left()).toEqual([4, 5]);
  });

  it("that was wrong when an event was told keeps no older ones behind it", () => {
    const { tellOf, time, clock, left } = staged();
    tellOf(1, clock.now() + 3_650 * DAY);
    tellOf(1);
    time.advance(8 * DAY);
    expect(left()).toEqual([]);
  });
});

it("stops when it is told to, and says what it has dropped until then", () => {
  const { database, tellOf, time, retention, kept, webhook, deliver, said, left } = staged();
  webhook("a");
  database.transaction(() => tellOf(2_000))();
  deliver("a", 1, "dead");
  kept.eventsKept = 1_000;
  retention.sweep();
  expect([left().length, said]).toEqual([1_500, []]);
  retention.stop();
  expect(said).toHaveLength(1);
  time.advance(DAY);
  expect([left().length, time.pending()]).toEqual([1_500, 0]);
});

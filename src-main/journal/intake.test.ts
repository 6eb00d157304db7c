import { describe, expect, it } from "vitest";
import { keepChatDb } from "../apple-messages/chat-db.ts";
import { realPorts } from "../ports/real.ts";
import { openOutbox } from "../sending/outbox.ts";
import { openOutboxStore } from "../sending/outbox-store.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { fakeMessagesApp, taken } from "../testing/fake-messages-app.ts";
import { ownDatabase } from "../testing/own-database.ts";
import { outgoing, received, stepWith } from "../testing/sample-changes.ts";
import { simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { until } from "../testing/until.ts";
import { openWebhookStore } from "../webhooks/webhook-store.ts";
import { createBus } from "./bus.ts";
import { aboutOf } from "./event-id.ts";
import { openIntake } from "./intake.ts";
import { openJournal } from "./journal.ts";

function intakeIn(folder: string) {
  const own = ownDatabase(folder);
  const { database, vault } = own;
  const { clock, timers } = manualTime();
  const { randomness } = realPorts();
  const journal = openJournal(database, own.meta, vault);
  const outboxStore = openOutboxStore(database, vault);
  const complaints: unknown[] = [];
  const complain = (thrown: unknown) => complaints.push(thrown);
  const outbox = openOutbox({
    store: outboxStore,
    chatDb: keepChatDb(simulatedMessages(folder).path, clock),
    messagesApp: fakeMessagesApp(() => taken),
    clock,
    timers,
    randomness,
    isPaused: () => false,
    isCaughtUp: () => true,
    complain,
  });
  const webhooks = openWebhookStore(database, vault);
  const bus = createBus(complain);
  const heard: string[] = [];
  bus.subscribe((event) => heard.push(aboutOf(event)));
  const queued: string[] = [];
  const intake = openIntake({
    database,
    journal,
    outbox,
    webhooks,
    bus,
    clock,
    complain,
    queued: (id) => void queued.push(id),
  });
  return { ...own, journal, outbox, outboxStore, webhooks, intake, heard, queued };
}

const endpoint = (id: string, events: ("message.received" | "message.sent")[]) => ({
  id,
  url: `http://127.0.0.1/${id}`,
  events,
  createdAt: 1,
});

describe("a step of the feed", () => {
  it("is remembered, recorded, queued for webhooks and told of", () => {
    const folder = temporaryFolder();
    const { intake, journal, webhooks, heard, queued, close } = intakeIn(folder);
    webhooks.upsert(endpoint("all", ["message.received", "message.sent"]));
    expect(intake.remembered()).toBeNull();
    const step = stepWith([received("A"), received("B")]);
    intake.commit(step);
    expect(intake.remembered()).toEqual(step.state);
    expect(journal.latest(9)).toHaveLength(2);
    expect(webhooks.counts(0).waiting).toBe(2);
    expect(heard).toEqual(["A", "B"]);
    expect(queued).toEqual(["all"]);
    close();
    expect(intakeIn(folder).intake.remembered()).toEqual(step.state);
  });

  it("is queued only where its type was asked for, and wakes nobody else", () => {
    const { intake, webhooks, queued } = intakeIn(temporaryFolder());
    webhooks.upsert(endpoint("sent", ["message.sent"]));
    webhooks.upsert(endpoint("received", ["message.received"]));
    intake.commit(stepWith([received("A")]));
    expect(webhooks.head("sent")).toBeNull();
    expect(webhooks.head("received")).toMatchObject({ seq: 1 });
    expect(queued).toEqual(["received"]);
  });

  it("is not queued for an endpoint that is gone", () => {
    const { intake, webhooks } = intakeIn(temporaryFolder());
    webhooks.upsert(endpoint("gone", ["message.received"]));
    webhooks.disable("gone");
    intake.commit(stepWith([received("A")]));
    expect(webhooks.counts(0).waiting).toBe(0);
  });

  it("wakes nobody when it brings no event", () => {
    const { intake, queued, heard } = intakeIn(temporaryFolder());
    intake.commit(stepWith([]));
    expect([queued, heard]).toEqual([[], []]);
  });
});

describe("when one of the writes fails, nothing of the step stays", () => {
  it.each(["feed_state", "event", "delivery", "outbox_part"])("in %s", async (table) => {
    const { database, intake, journal, webhooks, outbox, outboxStore, heard } = intakeIn(temporaryFolder());
    webhooks.upsert(endpoint("all", ["message.received"]));
    const id = outbox.accept({ chat: "any;-;+15550111", parts: [{ kind: "text", content: "mine" }] });
    await until("the attempt", () => outboxStore.get(id)?.parts[0]?.state === "dispatching");
    const step = stepWith([received("A")], [outgoing({ rowId: 9, guid: "MINE", body: "mine" })]);
    const verb = table === "outbox_part" ? "UPDATE" : "INSERT";
    database.exec(
      `CREATE TRIGGER refuse BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
    );
    expect(() => intake.commit(step)).toThrow("disk full");
    expect(intake.remembered()).toBeNull();
    expect(journal.latest(9)).toEqual([]);
    expect(webhooks.counts(0).waiting).toBe(0);
    expect(outboxStore.get(id)).toMatchObject({ state: "dispatching", parts: [{ messageGuid: null }] });
    expect(heard).toEqual([]);

    database.exec("DROP TRIGGER refuse");
    intake.commit(step);
    expect(heard).toEqual(["A"]);
    expect(outboxStore.get(id)).toMatchObject({ state: "sent", parts: [{ messageGuid: "MINE" }] });
  });
});

import { describe, expect, it } from "vitest";
import { keepChatDb } from "../apple-messages/chat-db.ts";
import { realPorts } from "../ports/real.ts";
import { openOutbox } from "../sending/outbox/outbox.ts";
import { openOutboxStore } from "../sending/outbox/outbox-store.ts";
import { manualTime } from "../simulator/testing/manual-time.ts";
import { fakeMessagesApp, taken } from "../testing/fake-messages-app.ts";
import { ownDatabase } from "../testing/own-database.ts";
import { outgoing, received, stepWith } from "../testing/sample-changes.ts";
import { textFor } from "../testing/sending-outbox.ts";
import { simulatedMessages } from "../testing/simulated-messages.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { until } from "../testing/until.ts";
import { openDeliveryStore } from "../webhooks/delivery-store.ts";
import type { EndpointRecord } from "../webhooks/endpoint.ts";
import { openEndpointStore } from "../webhooks/endpoint-store.ts";
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
    record: (work) => intake.record(work),
    bubbleOf: () => null,
    complain,
  });
  const endpoints = openEndpointStore(database, vault);
  const deliveries = openDeliveryStore(database);
  const bus = createBus(complain);
  const heard: string[] = [];
  bus.subscribe((event) => heard.push(aboutOf(event)));
  const queued: string[] = [];
  const intake = openIntake({
    database,
    journal,
    outbox,
    endpoints,
    deliveries,
    bus,
    clock,
    complain,
    queued: (id) => void queued.push(id),
  });
  return { ...own, journal, outbox, outboxStore, endpoints, deliveries, intake, heard, queued };
}

const endpoint = (id: string, choices: Partial<EndpointRecord> = {}): EndpointRecord => ({
  id,
  name: null,
  url: `http://127.0.0.1/${id}`,
  events: ["message.received", "message.sent"],
  conversations: [],
  onlyIncoming: false,
  includeOwn: true,
  signature: "aimessage",
  format: "bellhop",
  rotatesUntil: null,
  allowsLocal: true,
  createdAt: 1,
  enabled: true,
  disabledBecause: null,
  disabledAt: null,
  secret: null,
  previousSecret: null,
  headers: {},
  ...choices,
});

describe("a step of the feed", () => {
  it("is remembered, recorded, queued for webhooks and told of", () => {
    const folder = temporaryFolder();
    const { intake, journal, endpoints, deliveries, heard, queued, close } = intakeIn(folder);
    endpoints.save(endpoint("all"));
    expect(intake.remembered()).toBeNull();
    const step = stepWith([received("A"), received("B")]);
    intake.commit(step);
    expect(intake.remembered()).toEqual(step.state);
    expect(journal.latest(9)).toHaveLength(2);
    expect(deliveries.counts("all").waiting).toBe(2);
    expect(deliveries.head("all")).toMatchObject({ seq: 1, queuedAt: journal.get(1)?.at });
    expect(heard).toEqual(["A", "B"]);
    expect(queued).toEqual(["all"]);
    close();
    expect(intakeIn(folder).intake.remembered()).toEqual(step.state);
  });

  it("is queued only where its type was asked for, and wakes nobody else", () => {
    const { intake, endpoints, deliveries, queued } = intakeIn(temporaryFolder());
    endpoints.save(endpoint("sent", { events: ["message.sent"] }));
    endpoints.save(endpoint("received", { events: ["message.received"] }));
    intake.commit(stepWith([received("A")]));
    expect(deliveries.head("sent")).toBeNull();
    expect(deliveries.head("received")).toMatchObject({ seq: 1 });
    expect(queued).toEqual(["received"]);
  });

  it("is not queued for an endpoint that is gone", () => {
    const { intake, endpoints, deliveries } = intakeIn(temporaryFolder());
    endpoints.save(endpoint("gone"));
    endpoints.disable("gone", "gone", 1);
    intake.commit(stepWith([received("A")]));
    expect(deliveries.counts("gone").waiting).toBe(0);
  });

  it("with a message of Bellhop's own is not queued where those are not wanted, however soon its row comes", async () => {
    const { intake, endpoints, outbox, outboxStore, queued } = intakeIn(temporaryFolder());
    endpoints.save(endpoint("everything"));
    endpoints.save(endpoint("others", { includeOwn: false }));
    const id = outbox.accept(textFor("mine"));
    await until("the attempt", () => outboxStore.get(id)?.parts[0]?.state === "dispatching");
    const row = outgoing({ rowId: 9, guid: "MINE", body: "mine" });
    intake.commit(stepWith([{ type: "message.sent", data: row.message }], [row]));
    expect(queued).toEqual(["everything"]);
  });

  it("wakes nobody when it brings no event", () => {
    const { intake, queued, heard } = intakeIn(temporaryFolder());
    intake.commit(stepWith([]));
    expect([queued, heard]).toEqual([[], []]);
  });
});

describe("when one of the writes fails, nothing of the step stays", () => {
  it.each(["feed_state", "event", "delivery", "outbox_part"])("in %s", async (table) => {
    const { database, intake, journal, endpoints, deliveries, outbox, outboxStore, heard } = intakeIn(
      temporaryFolder(),
    );
    endpoints.save(endpoint("all"));
    const id = outbox.accept(textFor("mine"));
    await until("the attempt", () => outboxStore.get(id)?.parts[0]?.state === "dispatching");
    const step = stepWith([received("A")], [outgoing({ rowId: 9, guid: "MINE", body: "mine" })]);
    const verb = table === "outbox_part" ? "UPDATE" : "INSERT";
    database.exec(
      `CREATE TRIGGER refuse BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
    );
    expect(() => intake.commit(step)).toThrow("disk full");
    expect(intake.remembered()).toBeNull();
    expect(journal.latest(9)).toEqual([]);
    expect(deliveries.counts("all").waiting).toBe(0);
    expect(journal.get(1)).toBeNull();
    expect(outboxStore.get(id)).toMatchObject({ state: "dispatching", parts: [{ messageGuid: null }] });
    expect(heard).toEqual([]);

    database.exec("DROP TRIGGER refuse");
    intake.commit(step);
    expect(heard).toEqual(["A", id]);
    expect(outboxStore.get(id)).toMatchObject({ state: "sent", parts: [{ messageGuid: "MINE" }] });
  });
});

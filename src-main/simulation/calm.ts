import { startAgain } from "./script.ts";
import { wrongWith } from "./truth.ts";
import { askFor } from "./wishes.ts";
import type { World } from "./world.ts";

const MINUTE = 60_000;
/** After so long without trouble nothing may be waiting any more: an endpoint rests for an hour at most. */
const LONGEST_CALM = 75 * MINUTE;
/** The slow way over what is far back begins every minute. */
const LAST_LOOK = 70_000;

/** Nothing troubles anybody any more, and time passes until everything that waits has come. */
export async function calmDown(world: World): Promise<void> {
  const { plan, messages, receivers, clients } = world;
  world.trace(() => "calm");
  world.disk.trouble = null;
  world.pause(false);
  world.outgoing.calm();
  for (const receiver of receivers) receiver.mood = "well";
  while (world.gateway() === null) startAgain(world);
  world.life()?.reprieve();
  for (let passed = 0; passed < LONGEST_CALM; passed += LAST_LOOK) {
    for (const client of clients) {
      client.pace = "fast";
      reconnect(world, client);
    }
    messages.decide();
    world.noticed();
    switchOn(world);
    const before = world.ledger.highest();
    const rows = messages.rows().length;
    await world.pass(LAST_LOOK);
    if (world.violations.length > 0) return;
    if (world.gateway() === null) return world.violation("the gateway died in the calm");
    // A row that has just come may not have been looked at yet.
    const isStill = world.ledger.highest() === before && messages.rows().length === rows;
    if (isQuiet(world) && isStill && passed >= 2 * plan.pollIntervalMs) return;
  }
}

function reconnect(world: World, client: World["clients"][number]): void {
  const [gateway, life] = [world.gateway(), world.life()];
  if (client.isConnected() || gateway === null || life === null) return;
  life.enter(() => client.connect({ life, follow: gateway.follow, journal: gateway.journal }));
}

/** What waits for a webhook that is off comes when it is on again. */
function switchOn(world: World): void {
  for (const receiver of world.receivers) {
    const endpoint = world.gateway()?.endpoints.byUrl(receiver.url);
    if (endpoint === null) askFor(world, receiver, "put it anew");
    if (endpoint?.webhook.enabled === false) askFor(world, receiver, "switch it on");
  }
}

function isQuiet(world: World): boolean {
  const gateway = world.gateway();
  if (gateway === null || !gateway.isCaughtUp() || world.outgoing.isWaiting()) return false;
  if (world.outgoing.wrongWith(gateway.outbox).length > 0) return false;
  if (!world.clients.every((client) => client.isUpToDate())) return false;
  return gateway.endpoints
    .list()
    .every(({ webhook }) => !webhook.enabled || gateway.deliveries.counts(webhook.id).waiting === 0);
}

/** Holds everything against what really happened. */
export function checkEverything(world: World): void {
  const { messages, ledger, clients, receivers, violation } = world;
  for (const row of messages.rows()) {
    const told = ledger.typesOf(row.guid);
    for (const wrong of wrongWith(row, told)) {
      violation(
        `${row.kind} ${row.guid} (row ${row.id}): ${wrong}; told: ${told.join(", ") || "nothing"}; ${JSON.stringify(row)}`,
      );
    }
  }
  for (const client of clients) if (!client.isUpToDate()) violation(`${client.name} lacks something`);
  const gateway = world.gateway();
  if (gateway === null) return;
  for (const wrong of world.outgoing.wrongWith(gateway.outbox)) violation(wrong);
  world.outgoing.count(gateway.outbox);
  checkJournal(world);
  for (const receiver of receivers) checkDeliveries(world, receiver);
}

/** What is kept reads as it was told. */
function checkJournal({ ledger, gateway, violation }: World): void {
  const journal = gateway()?.journal;
  if (journal === undefined) return;
  const prunedTo = journal.prunedTo();
  const kept = journal.after(0, { limit: 100_000 });
  for (const event of kept) {
    if (ledger.get(event.seq) === undefined)
      violation(`event ${event.seq} is in the journal, and nobody saw it`);
    ledger.note(event);
  }
  const expected = ledger.events().filter(({ seq }) => seq > prunedTo).length;
  if (kept.length !== expected) violation(`the journal has ${kept.length} events of ${expected}`);
}

interface DeliveryRow {
  seq: number;
  state: string;
  dead_because: string | null;
}

/** Everything that was asked for was told, or given up by the rule; nothing counts as delivered that was not. */
function checkDeliveries(world: World, receiver: World["receivers"][number]): void {
  const { name, owed, receipts } = receiver;
  const gateway = world.gateway();
  if (gateway === null) return;
  const { violation, ledger } = world;
  const id = world.webhookId(receiver);
  if (id === null) {
    violation(`${name} could not be put anew`);
    return;
  }
  const isEnabled = gateway.endpoints.get(id)?.webhook.enabled ?? false;
  const rows = new Map(
    gateway.database
      .prepare<[string], DeliveryRow>("SELECT seq, state, dead_because FROM delivery WHERE webhook_id = ?")
      .all(id)
      .map((row) => [row.seq, row]),
  );
  const prunedTo = gateway.journal.prunedTo();
  for (const [seq, { state, dead_because }] of rows) {
    const receipt = receipts.get(seq);
    if (state === "delivered" && !receipt?.wasAcknowledged)
      violation(`${name}: ${seq} counts as delivered, and was not`);
    if (state === "dead" && dead_because === "refused" && (receipt?.refusals ?? 0) < 3)
      violation(`${name}: ${seq} was given up after ${receipt?.refusals ?? 0} refusals`);
    if (state === "dead" && dead_because === "unreadable") violation(`${name}: ${seq} is called unreadable`);
    if (state === "dead" && dead_because === "expired" && !world.isGivenUp(name, seq))
      violation(`${name}: ${seq} was given up as too old`);
    if (state === "pending" && isEnabled) violation(`${name}: ${seq} is still waiting`);
    if (ledger.get(seq) === undefined) violation(`${name}: ${seq} is waiting, and is no event`);
    if (state !== "pending")
      world.happened(`delivery ${state}${dead_because === null ? "" : ` (${dead_because})`}`);
  }
  for (const seq of owed) {
    const receipt = receipts.get(seq);
    if (receipt?.wasAcknowledged || (receipt?.refusals ?? 0) >= 3) continue;
    const row = rows.get(seq);
    if (row === undefined && seq <= prunedTo && world.isDropped(name, seq)) continue;
    if (row === undefined)
      violation(`${name}: ${seq} is lost${seq <= prunedTo ? ", dropped undelivered" : ""}`);
    else if (row.state === "delivered") violation(`${name}: ${seq} is lost, and counts as delivered`);
  }
}

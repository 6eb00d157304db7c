import type { Event } from "../../src-shared/domain/event.ts";
import type { Change } from "../apple-messages/change.ts";
import { FeedState } from "../apple-messages/feed/feed-state.ts";
import type { FeedMemory, FeedStep } from "../apple-messages/feed/feed-step.ts";
import type { Clock } from "../ports/clock.ts";
import type { Outbox } from "../sending/outbox/outbox.ts";
import type { Database } from "../storage/database.ts";
import type { DeliveryStore } from "../webhooks/delivery-store.ts";
import type { EndpointStore } from "../webhooks/endpoint-store.ts";
import { queueFor } from "../webhooks/queue-for.ts";
import type { Bus } from "./bus.ts";
import type { Entry, OutboxChange } from "./entry.ts";
import { openFingerprints } from "./fingerprints.ts";
import type { Journal } from "./journal.ts";

/** Where steps of the change feed become durable, and only then news. */
export interface Intake {
  /** What the feed remembered last time; null on a first start. */
  remembered(): FeedState | null;
  /** What was last told of each message and conversation. */
  memory: FeedMemory;
  /** Commits a step and tells everyone. Throws when the commit fails; nothing has happened then. */
  commit(step: FeedStep): void;
  /**
   * Commits what `work` does to the outbox together with the events of what it returns, and tells everyone. Throws
   * when the commit fails, or `work` does; nothing has happened then.
   */
  record(work: () => readonly OutboxChange[]): void;
}

/**
 * The one transaction of the way in: cursor, fingerprints, outbox states, events and a delivery for each webhook are
 * committed together. What happens after the commit may be lost with the process, since everyone it tells
 * can ask again: webhooks have their deliveries, callers their outbox item.
 */
export function openIntake(options: {
  database: Database;
  journal: Journal;
  outbox: Pick<Outbox, "confirm" | "tell" | "itemOf">;
  endpoints: Pick<EndpointStore, "list">;
  deliveries: Pick<DeliveryStore, "enqueue">;
  bus: Bus;
  clock: Clock;
  /** Something has been queued for this endpoint. */
  queued(webhookId: string): void;
  complain(thrown: unknown): void;
}): Intake {
  const { database, journal, outbox, endpoints, deliveries, bus, clock } = options;
  const read = database.prepare<[], { state: string }>("SELECT state FROM feed_state");
  const write = database.prepare<[string]>(
    "INSERT INTO feed_state (only, state) VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET state = excluded.state",
  );

  const fingerprints = openFingerprints(database);

  const isOurs = (guid: string): boolean => outbox.itemOf(guid) !== null;

  /** Own messages say as which outbox item they went out. */
  const named = (change: Change): Change => {
    if (!("attachments" in change.data) || !change.data.isFromMe) return change;
    const outboxId = outbox.itemOf(change.data.guid);
    // Only a message has attachments, and it stays one.
    return outboxId === null ? change : ({ ...change, data: { ...change.data, outboxId } } as Change);
  };

  const append = (entries: readonly Entry[]): Appended => {
    const now = clock.now();
    const events = journal.append(entries, now);
    const queuedFor = new Set<string>();
    const all = events.length > 0 ? endpoints.list() : [];
    for (const event of events) {
      for (const id of queueFor(all, event, isOurs)) {
        deliveries.enqueue(id, event.seq, now);
        queuedFor.add(id);
      }
    }
    return { events, queuedFor };
  };

  const recordStep = database.transaction((step: FeedStep): Appended & { moved: readonly string[] } => {
    // First what was sent is known as Bellhop's own: some endpoints do not want to hear of that.
    const { moved, changes } = outbox.confirm(step.outgoing, step.changes);
    const appended = append([...step.changes.map(named), ...changes]);
    fingerprints.record(step);
    write.run(JSON.stringify(step.state));
    return { ...appended, moved };
  });
  const recordWork = database.transaction((work: () => readonly OutboxChange[]) => append(work()));

  // It is committed: whatever fails from here on must not make it look as if it were not.
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (thrown) {
      options.complain(thrown);
    }
  };
  const publish = ({ events, queuedFor }: Appended): void => {
    attempt(() => bus.publish(events));
    for (const id of queuedFor) attempt(() => options.queued(id));
  };

  return {
    memory: fingerprints,
    remembered() {
      const row = read.get();
      return row ? FeedState.parse(JSON.parse(row.state)) : null;
    },
    commit(step) {
      const { moved, ...appended } = recordStep(step);
      attempt(() => outbox.tell(moved));
      publish(appended);
    },
    record: (work) => publish(recordWork(work)),
  };
}

/** What was committed: the events, and the endpoints that have something queued. */
interface Appended {
  events: Event[];
  queuedFor: ReadonlySet<string>;
}

import type { Event } from "../../../src-shared/domain/event.ts";
import type { Change } from "../../apple-messages/change.ts";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { ownDatabase } from "../../testing/own-database.ts";
import { received } from "../../testing/sample-changes.ts";
import { createBus } from "../bus.ts";
import { openJournal } from "../journal.ts";

/** A journal in `folder` with its bus, in time that only the test moves. */
export function openTestJournal(folder: string, time = manualTime()) {
  const own = ownDatabase(folder);
  const complaints: unknown[] = [];
  const complain = (thrown: unknown): void => void complaints.push(thrown);
  const journal = openJournal(own.database, own.meta, own.vault, complain);
  const bus = createBus(complain);
  let made = 0;
  /** Commits changes and tells of them, as the intake does. */
  const tell = (changes: readonly Change[], at = time.clock.now()): Event[] => {
    const events = own.database.transaction(() => journal.append(changes, at))();
    bus.publish(events);
    return events;
  };
  return {
    ...own,
    journal,
    bus,
    time,
    complaints,
    complain,
    tell,
    /** So many messages that came in. */
    tellOf(count: number, at?: number): Event[] {
      const changes = Array.from({ length: count }, () => {
        made += 1;
        return received(`GUID-${own.database.name}-${made}`, `text ${made}`);
      });
      return tell(changes, at);
    },
  };
}

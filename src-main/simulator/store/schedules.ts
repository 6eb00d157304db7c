import { appleNanoseconds } from "../apple-time.ts";
import { findMessage, type Inserted, type MessageDraft, sendMessage } from "./messages.ts";
import { setColumns } from "./set-columns.ts";
import type { Store } from "./store.ts";
import { transact } from "./store.ts";

const SCHEDULED_TYPE = 2;
const SCHEDULED_STATE = 2;

/** The Mac's owner writes now what shall be sent at `at`, a moment to come (macOS 15). Throws before that. */
export function scheduleMessage(store: Store, draft: MessageDraft & { at: number }): Inserted {
  if (store.macos < 15) throw new Error(`Messages on macOS ${store.macos} cannot send later; macOS 15 can.`);
  const columns = { ...draft.columns, schedule_type: SCHEDULED_TYPE, schedule_state: SCHEDULED_STATE };
  return sendMessage(store, { ...draft, state: "sending", columns });
}

/**
 * A scheduled message goes out: now, or at `at` (milliseconds since 1970). Its row stays and gets the date
 * when it really went. Throws NotInMessages.
 */
export function sendScheduled(store: Store, { guid, at }: { guid: string; at?: number }): void {
  transact(store, () => {
    const { id } = findMessage(store, guid);
    setColumns(store, "message", id, {
      date: appleNanoseconds(at ?? store.clock.now()),
      is_sent: 1,
      is_finished: 1,
      schedule_type: 0,
      schedule_state: 0,
    });
  });
}

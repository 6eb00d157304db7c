import { EVENT_TYPES } from "../../../src-shared/domain/event.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import type { EventQuestion } from "../event-question.ts";
import { openFollowing } from "../following.ts";
import { openTestJournal } from "./open-test-journal.ts";
import type { SlowSink } from "./slow-sink.ts";

/** A journal and who follows it, with all types from now on unless asked otherwise. */
export function stagedFollowing(folder = temporaryFolder()) {
  const opened = openTestJournal(folder);
  const { journal, bus, time, complain } = opened;
  const follow = openFollowing({ journal, bus, timers: time.timers, complain });
  return {
    ...opened,
    follow: (sink: SlowSink, asked: Partial<EventQuestion> = {}) =>
      follow({ since: null, types: EVENT_TYPES, conversations: [], ...asked, sink }),
  };
}

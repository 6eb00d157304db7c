import { type ConnectionKind, closedWords, openedWords } from "../../src-shared/words/activity-words.ts";
import type { Log } from "../observability/log.ts";
import type { Clock } from "../ports/clock.ts";

/** Tells the log of connections that stay: called when one opens, it gives what is to be called when it has closed. */
export type ConnectionLog = (
  kind: ConnectionKind,
  keyName: string,
  since: number | null,
) => (why: string | null) => void;

/** Such a log. What a connection carried is told elsewhere. */
export function openConnectionLog(log: Log, clock: Clock): ConnectionLog {
  const lines = log.child({ area: "http" });
  return (kind, keyName, since) => {
    const opened = clock.monotonic();
    lines.debug({ key_name: keyName, since }, openedWords(kind, keyName, since));
    return (why) => {
      const tookMs = clock.monotonic() - opened;
      lines.debug(
        { key_name: keyName, took_ms: Math.round(tookMs) },
        closedWords(kind, keyName, tookMs, why),
      );
    };
  };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function written(at: number, options: Intl.DateTimeFormatOptions, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(at);
}

function isSameDay(one: number, other: number, timeZone?: string): boolean {
  const day = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  return written(one, day, timeZone) === written(other, day, timeZone);
}

/** "14:02". */
export function clockWords(at: number, timeZone?: string): string {
  return written(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, timeZone);
}

/** "14:02:31" today, "31 Mar" before: what fits the narrow column of a log. */
export function logTimeWords(at: number, now: number, timeZone?: string): string {
  if (!isSameDay(at, now, timeZone)) return written(at, { day: "numeric", month: "short" }, timeZone);
  return written(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, timeZone);
}

/** Nothing left out: "Friday 6 March 2026 at 14:02:31". */
export function exactWords(at: number, timeZone?: string): string {
  const day = written(
    at,
    { weekday: "long", day: "numeric", month: "long", year: "numeric" },
    timeZone,
  ).replace(",", "");
  return `${day} at ${logTimeWords(at, at, timeZone)}`;
}

/** What follows "since": "13:58" today, "Friday 08:12" this week, "3 March 08:12" before. */
export function sinceWords(at: number, now: number, timeZone?: string): string {
  const time = clockWords(at, timeZone);
  if (isSameDay(at, now, timeZone)) return time;
  if (now - at < 6 * DAY) return `${written(at, { weekday: "long" }, timeZone)} ${time}`;
  return `${written(at, { day: "numeric", month: "long" }, timeZone)} ${time}`;
}

/** "at 13:58" today, "on Friday at 08:12" this week, "on 3 March at 08:12" before. */
export function atWords(at: number, now: number, timeZone?: string): string {
  const since = sinceWords(at, now, timeZone);
  const gap = since.lastIndexOf(" ");
  return gap < 0 ? `at ${since}` : `on ${since.slice(0, gap)} at ${since.slice(gap + 1)}`;
}

/** "40 seconds ago" while that is under an hour, else as `atWords`. A clock that was set back counts as now. */
export function agoWords(at: number, now: number, timeZone?: string): string {
  const gone = Math.max(0, now - at);
  if (gone >= HOUR) return atWords(at, now, timeZone);
  if (gone < SECOND) return "just now";
  const [count, unit] =
    gone < MINUTE ? [Math.floor(gone / SECOND), "second"] : [Math.floor(gone / MINUTE), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/** How far behind something is: "4 min", "3 h", "2 days". */
export function lagWords(since: number, now: number): string {
  const gone = Math.max(0, now - since);
  if (gone < MINUTE) return `${Math.floor(gone / SECOND)} s`;
  if (gone < HOUR) return `${Math.floor(gone / MINUTE)} min`;
  if (gone < 2 * DAY) return `${Math.floor(gone / HOUR)} h`;
  return `${Math.floor(gone / DAY)} days`;
}

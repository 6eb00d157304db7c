import type { EventLine } from "../../src-shared/control.ts";
import type { Status } from "../../src-shared/status.ts";
import { ask } from "../bridge/ask.ts";
import type { Link } from "../bridge/link.ts";
import { useGateway } from "./state.ts";

const EVENTS_KEPT = 20;
const TINTED_MS = 1000;
const FRAME_MS = 16;
const ASK_AGAIN_MS = 5000;

function hearStatus(status: Status): void {
  useGateway.setState({ status, statusFailure: null, heardAt: Date.now() });
}

let heard: EventLine[] = [];

/** Thousands may come at once: they are shown together, and only those that there is room for. */
function hearEvent(event: EventLine): void {
  heard = [event, ...heard].slice(0, EVENTS_KEPT);
  if (heard.length === 1) setTimeout(showHeard, FRAME_MS);
}

function showHeard(): void {
  const fresh = heard;
  heard = [];
  const ids = new Set(fresh.map(({ id }) => id));
  useGateway.setState(({ events, arrived }) => ({
    events: [...fresh, ...(events ?? []).filter(({ id }) => !ids.has(id))].slice(0, EVENTS_KEPT),
    arrived: new Set([...arrived, ...ids]),
  }));
  setTimeout(() => {
    useGateway.setState(({ arrived }) => ({ arrived: new Set([...arrived].filter((id) => !ids.has(id))) }));
  }, TINTED_MS);
}

/** Pushes may overtake the answer, so what is known already and newer stays in front. */
function withNewer(answered: EventLine[], known: EventLine[]): EventLine[] {
  const ids = new Set(answered.map((event) => event.id));
  const newest = answered[0]?.at ?? 0;
  const newer = known.filter((event) => !ids.has(event.id) && event.at >= newest);
  return [...newer, ...answered].slice(0, EVENTS_KEPT);
}

let link: Link | null = null;
let askAgain: ReturnType<typeof setTimeout> | undefined;

/** The link that the window lives from; there is one from the first line of `main.tsx` on. */
export function theLink(): Link {
  if (link === null) throw new Error("keepLive has not been called");
  return link;
}

/** Asks for everything that is shown. While that fails it asks again by itself. */
export async function refresh(): Promise<void> {
  const { bridge } = theLink();
  clearTimeout(askAgain);
  const [status, events] = await Promise.all([
    ask(bridge, "status.get", {}),
    ask(bridge, "events.recent", { limit: EVENTS_KEPT }),
  ]);
  if (useGateway.getState().connection.state !== "open") return;
  if (status.ok) hearStatus(status.value);
  else useGateway.setState({ statusFailure: status.error });
  if (events.ok)
    useGateway.setState((now) => ({
      events: withNewer(events.value, now.events ?? []),
      eventsFailure: null,
    }));
  else useGateway.setState({ eventsFailure: events.error });
  if (!status.ok || !events.ok) askAgain = setTimeout(refresh, ASK_AGAIN_MS);
}

/** Keeps the store true: asks on every new connection, then lives from pushes. */
export function keepLive(over: Link): void {
  link = over;
  over.bridge.subscribe((push) => {
    if (push.push === "status") hearStatus(push.value);
    if (push.push === "event") hearEvent(push.value);
  });
  const follow = () => {
    const connection = over.connection();
    useGateway.setState({ connection });
    if (connection.state === "open") void refresh();
    else clearTimeout(askAgain);
  };
  over.watch(follow);
  follow();
}

/** Pauses or resumes sending; why it was not done is kept beside the status. */
export async function pauseSending(paused: boolean): Promise<void> {
  const answer = await ask(theLink().bridge, "sending.pause", { paused });
  if (answer.ok) {
    hearStatus(answer.value);
    useGateway.setState({ pauseFailure: null });
  } else useGateway.setState({ pauseFailure: answer.error });
}

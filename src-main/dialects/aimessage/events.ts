import { z } from "zod";
import { EVENT_TYPES, type EventType } from "../../../src-shared/domain/event.ts";
import { Fault } from "../../../src-shared/faults.ts";
import type { EventStreams } from "../../http/event-streams.ts";
import { invalidInput } from "../../http/parse.ts";
import { type Route, route, streamRoute } from "../../http/route.ts";
import type { EventPages } from "../../journal/event-pages.ts";
import type { EventQuestion } from "../../journal/event-question.ts";
import { EventsQuery, eventsPage, StreamHeaders, StreamQuery } from "./event-shapes.ts";
import { wireEventValue } from "./translate.ts";

/** The journal as callers read it. */
export interface EventsService {
  page: EventPages["page"];
  stream: EventStreams["stream"];
}

/** + Events by sequence, as pages and as a stream; and the socket. */
export function eventRoutes(prefix: string, events: EventsService): Route[] {
  return [
    route({
      method: "GET",
      path: `${prefix}/events`,
      summary: "Events after a sequence, oldest first; with `wait` it waits for the next one.",
      scope: "events:read",
      query: EventsQuery,
      output: eventsPage,
      async handler({ query, signal }) {
        const { limit, wait: waitMs } = query;
        const found = await events.page({ ...questionOf(query), limit, waitMs }, signal);
        const data = found.events.map(wireEventValue);
        return { data, count: data.length, next_since: found.nextSince, has_more: found.hasMore };
      },
    }),
    streamRoute({
      path: `${prefix}/events/stream`,
      summary: "Events as they happen, as server-sent events; `Last-Event-ID` or `since` goes on from there.",
      scope: "events:read",
      query: StreamQuery,
      headers: StreamHeaders,
      mediaType: "text/event-stream",
      handler({ query, headers, key }) {
        const question = questionOf(query);
        const since = lastSeen(headers["last-event-id"]) ?? question.since;
        return events.stream({ ...question, since }, key.name);
      },
    }),
    // The socket itself is taken over before any route; whoever comes here has not asked for one.
    route({
      method: "GET",
      path: `${prefix}/ws`,
      summary: "Every event as it happens, over a WebSocket; `since` goes on from a sequence.",
      scope: "events:read",
      query: StreamQuery,
      output: z.never(),
      handler(): never {
        throw new Fault("upgrade_required", "this is a WebSocket: connect to it as ws://, not as http://");
      },
    }),
  ];
}

/** AiMessage's clients expect these on a socket and no other; whoever wants more asks for it. */
const UNASKED: readonly EventType[] = [
  "message.received",
  "message.sent",
  "reaction.added",
  "reaction.removed",
];

/** What a socket asks for in its address. Throws `invalid_request`. */
export function socketQuestion(query: URLSearchParams): EventQuestion {
  const given = Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]));
  const { since, ...rest } = given;
  const asked = StreamQuery.safeParse({ ...rest, since: since?.[0] });
  if (!asked.success) throw invalidInput(asked.error);
  return questionOf(asked.data, UNASKED);
}

function questionOf(
  query: z.output<typeof StreamQuery>,
  unasked: readonly EventType[] = EVENT_TYPES,
): EventQuestion {
  return {
    since: query.since ?? null,
    types: query.types ?? unasked,
    conversations: query.conversation_id,
  };
}

/** The sequence in a `Last-Event-ID`; null where there is none. */
function lastSeen(header: string | undefined): number | null {
  if (header === undefined || header === "") return null;
  if (!/^\d{1,15}$/.test(header)) {
    throw new Fault("invalid_request", "Last-Event-ID: must be the sequence of an event");
  }
  return Number(header);
}

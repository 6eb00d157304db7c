import type { z } from "zod";
import type { Stats } from "../../../src-shared/domain/stats.ts";
import { Fault } from "../../../src-shared/faults.ts";
import type { Health } from "../../control/health.ts";
import { type Dialect, type Route, route } from "../../http/route.ts";
import type { Attachments } from "../../reading/attachments.ts";
import type { Conversations } from "../../reading/conversations.ts";
import type { Lines } from "../../reading/lines.ts";
import type { Messages } from "../../reading/messages.ts";
import type { Sending, SendReport } from "../../sending/send.ts";
import type { Webhooks } from "../../webhooks/webhooks.ts";
import { attachments } from "./attachments.ts";
import { type EventsService, eventRoutes } from "./events.ts";
import { SentMessage, WireMessage } from "./message-shape.ts";
import {
  Done,
  IdParams,
  MessagesQuery,
  messagesPage,
  PageQuery,
  page,
  ReactBody,
  SendBody,
  WireConversation,
  WireHealth,
  WireLine,
} from "./shapes.ts";
import { statsRoute } from "./stats.ts";
import { wireConversation, wireError, wireLine } from "./translate.ts";
import { provisionalMessage, wireMessage } from "./translate-message.ts";
import { webhookRoutes } from "./webhooks.ts";

const PREFIX = "/api/v1";

/** What the dialect asks. It owns nothing of its own. */
export interface Services {
  messages: Messages;
  conversations: Conversations;
  lines: Lines;
  attachments: Attachments;
  sending: Sending;
  webhooks: Webhooks;
  events: EventsService;
  stats(): Stats;
  health(): Health;
  now(): number;
  /** How long a send waits for its row, in ms. */
  sendWaitMs(): number;
}

/** The native API: AiMessage's, call for call. */
export function aimessage(services: Services): Dialect {
  const routes = [
    ...reading(services),
    ...attachments(PREFIX, services),
    ...sending(services),
    ...webhookRoutes(PREFIX, services.webhooks),
    ...eventRoutes(PREFIX, services.events),
    ...capabilities(services),
    statsRoute(PREFIX, services.stats),
    health(services),
  ];
  return { name: "aimessage", prefix: PREFIX, routes, errorBody: wireError };
}

function reading({ messages, conversations, lines }: Services): Route[] {
  return [
    route({
      method: "GET",
      path: `${PREFIX}/messages`,
      summary: "Messages, newest first.",
      scope: "messages:read",
      query: MessagesQuery,
      output: messagesPage,
      handler({ query: { conversation_id: conversationId, q, ...rest } }) {
        if (q !== undefined) throw notYet("searching with q");
        const { items, next, previous } = messages.list({ conversationId, ...rest });
        const cursors = { next_cursor: next, prev_cursor: previous };
        return { ...paged(items.map(wireMessage)), ...cursors };
      },
    }),
    route({
      method: "GET",
      path: `${PREFIX}/messages/:id`,
      summary: "One message, by its id or guid.",
      scope: "messages:read",
      params: IdParams,
      output: WireMessage,
      handler: ({ params }) => wireMessage(messages.get(params.id)),
    }),
    route({
      method: "GET",
      path: `${PREFIX}/conversations`,
      summary: "Conversations, most recent activity first.",
      scope: "messages:read",
      query: PageQuery,
      output: page(WireConversation),
      handler: ({ query }) => paged(conversations.list(query).map(wireConversation)),
    }),
    route({
      method: "GET",
      path: `${PREFIX}/conversations/:id`,
      summary: "One conversation, by its id in any spelling.",
      scope: "messages:read",
      params: IdParams,
      output: WireConversation,
      handler: ({ params }) => wireConversation(conversations.get(params.id)),
    }),
    route({
      method: "GET",
      path: `${PREFIX}/lines`,
      summary: "The phone numbers and Apple IDs under which this Mac sends and receives.",
      scope: "messages:read",
      output: page(WireLine),
      handler: () => paged(lines.list().map(wireLine)),
    }),
  ];
}

/** What this version does not do. Ignoring it would have the caller believe that it was done. */
function notYet(what: string): Fault {
  return new Fault("feature_unavailable", `${what} is not possible yet`);
}

function refuseUnsupported({ replyTo, service, hasBoth }: z.infer<typeof SendBody>): void {
  if (isGiven(replyTo)) throw notYet("replying to a message (reply_to)");
  if (isGiven(service)) throw notYet("choosing the service");
  if (hasBoth) throw notYet("sending to a recipient and a conversation_id at once");
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

function sending({ sending, sendWaitMs, now }: Services): Route[] {
  return [
    route({
      method: "POST",
      path: `${PREFIX}/messages`,
      summary: "Sends a message and answers with it as it stands in Messages.",
      scope: "messages:send",
      body: SendBody,
      output: SentMessage,
      async handler({ body, key }) {
        if (body.attachments.length > 0 && !key.scopes.includes("files:path")) {
          throw new Fault("path_not_allowed", "this API key lacks the scope files:path");
        }
        refuseUnsupported(body);
        const { recipient, body: text, attachments } = body;
        const report = await sending.send({ recipient, body: text, attachments }, sendWaitMs());
        return { ...sentMessage(report, text, now()), outbox_id: report.item.id };
      },
    }),
  ];
}

/**
 * The message, or what AiMessage answers while there is none: the same shape with nothing to go by. When some
 * part of the order failed, the whole is called failed, since repeating it would send the rest again.
 */
function sentMessage({ item, message }: SendReport, body: string, now: number): WireMessage {
  const wire = message === null ? provisionalMessage(body, now) : wireMessage(message);
  return item.state === "failed" ? { ...wire, status: "failed" } : wire;
}

/** What needs Accessibility. The request is checked all the same, so that its mistakes show. */
function capabilities({ messages, conversations }: Services): Route[] {
  const unavailable = (what: string): never => {
    throw new Fault("feature_unavailable", `${what} needs Accessibility, which Bellhop does not use yet`);
  };
  return [
    route({
      method: "POST",
      path: `${PREFIX}/messages/:id/react`,
      summary: "Puts a tapback on a message.",
      scope: "messages:send",
      params: IdParams,
      body: ReactBody,
      output: Done,
      handler({ params }) {
        messages.get(params.id);
        return unavailable("reacting");
      },
    }),
    route({
      method: "POST",
      path: `${PREFIX}/conversations/:id/typing`,
      summary: "Shows that one is typing.",
      scope: "messages:send",
      params: IdParams,
      output: Done,
      handler({ params }) {
        conversations.get(params.id);
        return unavailable("showing that one is typing");
      },
    }),
  ];
}

function health({ health }: Services): Route {
  return route({
    method: "GET",
    path: `${PREFIX}/health`,
    summary: "Whether the gateway is well; always 200.",
    scope: null,
    output: WireHealth,
    handler() {
      const { mode, problem, reading } = health();
      return {
        status: problem === null ? ("ok" as const) : ("degraded" as const),
        backend: { connected: reading, message: problem, private_api_available: false },
        mode,
      };
    },
  });
}

const paged = <T>(data: T[]): { data: T[]; count: number } => ({ data, count: data.length });

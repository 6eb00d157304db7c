import type { Stats } from "../../../src-shared/domain/stats.ts";
import { Fault } from "../../../src-shared/faults.ts";
import type { Health } from "../../control/health.ts";
import type { Files } from "../../files/files.ts";
import { type Dialect, type Route, route } from "../../http/route.ts";
import type { Attachments } from "../../reading/attachments.ts";
import type { Conversations } from "../../reading/conversations.ts";
import type { Lines } from "../../reading/lines.ts";
import type { Messages } from "../../reading/messages.ts";
import type { Outbox } from "../../sending/outbox/outbox.ts";
import type { Webhooks } from "../../webhooks/webhooks.ts";
import { type ActionServices, actionRoutes } from "./actions.ts";
import { attachments } from "./attachments.ts";
import { type EventsService, eventRoutes } from "./events.ts";
import { fileRoutes } from "./files.ts";
import { WireMessage } from "./message-shape.ts";
import { outboxRoutes } from "./outbox.ts";
import { selfTestRoute } from "./self-test.ts";
import { type SendingServices, sendingRoutes } from "./sending.ts";
import {
  IdParams,
  MessagesQuery,
  messagesPage,
  PageQuery,
  page,
  WireConversation,
  WireHealth,
  WireLine,
} from "./shapes.ts";
import { statsRoute } from "./stats.ts";
import { wireConversation, wireError, wireLine } from "./translate.ts";
import { wireMessage } from "./translate-message.ts";
import { webhookRoutes } from "./webhooks.ts";

const PREFIX = "/api/v1";

/** What the dialect asks. It owns nothing of its own. */
export interface Services extends SendingServices, ActionServices {
  messages: Messages;
  conversations: Conversations;
  lines: Lines;
  attachments: Attachments;
  outbox: Pick<Outbox, "get" | "list" | "retry" | "cancel">;
  files: Files;
  selfTest: Parameters<typeof selfTestRoute>[1];
  webhooks: Webhooks;
  events: EventsService;
  stats(): Stats;
  health(): Health;
}

/** The native API: AiMessage's, call for call. */
export function aimessage(services: Services): Dialect {
  const routes = [
    ...reading(services),
    ...attachments(PREFIX, services),
    ...sendingRoutes(PREFIX, services),
    ...outboxRoutes(PREFIX, services.outbox),
    ...fileRoutes(PREFIX, services.files),
    ...actionRoutes(PREFIX, services),
    selfTestRoute(PREFIX, services.selfTest),
    ...webhookRoutes(PREFIX, services.webhooks),
    ...eventRoutes(PREFIX, services.events),
    statsRoute(PREFIX, services.stats),
    health(services),
  ];
  return { name: "aimessage", prefix: PREFIX, routes, errorBody: wireError };
}

/** What this version does not do. Ignoring it would have the caller believe that it was done. */
function notYet(what: string): Fault {
  return new Fault("feature_unavailable", `${what} is not possible yet`);
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

function health({ health, capabilities }: Services): Route {
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
        backend: {
          connected: reading,
          message: problem,
          private_api_available: capabilities.list().some(({ available }) => available),
        },
        mode,
      };
    },
  });
}

const paged = <T>(data: T[]): { data: T[]; count: number } => ({ data, count: data.length });

import { z } from "zod";
import { Capability } from "../../../src-shared/domain/capability.ts";
import type { ActionReport, Actions } from "../../actions/actions.ts";
import type { Capabilities } from "../../actions/capabilities.ts";
import { LARGEST_FILE } from "../../files/limits.ts";
import { type Route, route } from "../../http/route.ts";
import type { Tapback } from "../../messages-app/messages-app.ts";
import { LONGEST_TEXT } from "../../sending/order-checks.ts";
import type { Staging } from "../../sending/staging/staging.ts";
import { MOST_ATTACHMENTS } from "./send-shapes.ts";
import { IdParams, NoBody, page } from "./shapes.ts";

/** Every spelling of a tapback that clients use, going in. */
const SPELLINGS: Readonly<Record<Tapback, readonly string[]>> = {
  love: ["love", "heart", "loved", "❤️", "❤"],
  like: ["like", "thumbsup", "thumbs_up", "liked", "👍"],
  dislike: ["dislike", "thumbsdown", "thumbs_down", "disliked", "👎"],
  laugh: ["laugh", "haha", "ha_ha", "laughed", "😂"],
  emphasize: ["emphasize", "exclamation", "emphasized", "‼️", "!!"],
  question: ["question", "questioned", "❓", "?"],
};

const TAPBACK_WORDS = "must be one of love, thumbsup, thumbsdown, haha, exclamation, question";

/** + `remove` takes it back. */
const ReactBody = z.object({
  reaction: z
    .string({ error: "must be the name of a tapback" })
    .transform((text) => tapbackNamed(text.trim().toLowerCase()))
    .refine((tapback) => tapback !== null, TAPBACK_WORDS)
    .transform((tapback) => tapback ?? "love"),
  remove: z.boolean({ error: "must be true or false" }).default(false),
});

function tapbackNamed(text: string): Tapback | null {
  const names = Object.keys(SPELLINGS) as Tapback[];
  return names.find((name) => SPELLINGS[name].includes(text)) ?? null;
}

/** + `state` stops it again. */
const TypingBody = z.object({
  state: z.enum(["start", "stop"], { error: "must be start or stop" }).default("start"),
});

const EditBody = z.strictObject({ body: z.string({ error: "must be a text" }) });

/** AiMessage's `ok`, + what is known: whether chat.db shows it. */
const Done = z.object({
  ok: z.boolean(),
  outcome: z.enum(["confirmed", "already_so", "not_confirmed", "unconfirmable", "dry_run"]),
  reason: z.string(),
});

/** + What can be done beyond sending, and why not where it cannot. */
const WireCapability = z.object({
  name: Capability,
  available: z.boolean(),
  experimental: z.boolean(),
  reason: z.string().nullable(),
});

/** + What one send may hold. */
const WireLimits = z.object({
  text_bytes: z.int(),
  file_bytes: z.int(),
  attachments: z.int(),
  audio_formats: z.array(z.string()).describe("What a voice message is made of here, as endings of names."),
});

function done({ outcome, sentence }: ActionReport): z.infer<typeof Done> {
  const wire = { "already so": "already_so", "not confirmed": "not_confirmed" } as const;
  return {
    // What could not be seen in chat.db is not called done.
    ok: outcome !== "not confirmed" && outcome !== "dry_run",
    outcome: outcome === "already so" || outcome === "not confirmed" ? wire[outcome] : outcome,
    reason: sentence,
  };
}

/** What does it, and says what can be done. */
export interface ActionServices {
  actions: Actions;
  capabilities: Capabilities;
  staging: Pick<Staging, "audioFormats">;
}

/** What is done in Messages' window by Accessibility, and whether it can be. */
export function actionRoutes(prefix: string, { actions, capabilities, staging }: ActionServices): Route[] {
  const scope = "messages:send";
  return [
    route({
      method: "POST",
      path: `${prefix}/messages/:id/react`,
      summary: "Puts a tapback on a message, or takes it back with `remove`.",
      scope,
      params: IdParams,
      body: ReactBody,
      output: Done,
      handler: async ({ params, body: { reaction, remove } }) =>
        done(await actions.react({ message: params.id, tapback: reaction, remove })),
    }),
    route({
      method: "POST",
      path: `${prefix}/messages/:id/edit`,
      summary: "Changes the text of a message of one's own.",
      scope,
      params: IdParams,
      body: EditBody,
      output: Done,
      handler: async ({ params, body }) => done(await actions.edit({ message: params.id, text: body.body })),
    }),
    route({
      method: "POST",
      path: `${prefix}/messages/:id/unsend`,
      summary: "Takes back a message of one's own.",
      scope,
      params: IdParams,
      body: NoBody,
      output: Done,
      handler: async ({ params }) => done(await actions.unsend(params.id)),
    }),
    route({
      method: "POST",
      path: `${prefix}/conversations/:id/read`,
      summary: "Marks a conversation as read.",
      scope,
      params: IdParams,
      body: NoBody,
      output: Done,
      handler: async ({ params }) => done(await actions.read(params.id)),
    }),
    route({
      method: "POST",
      path: `${prefix}/conversations/:id/typing`,
      summary: "Shows that one is typing, or no longer.",
      scope,
      params: IdParams,
      body: TypingBody,
      output: Done,
      handler: async ({ params, body }) => done(await actions.typing(params.id, body.state === "start")),
    }),
    route({
      method: "GET",
      path: `${prefix}/capabilities`,
      summary:
        "What can be done beyond sending text and files, and why not where it cannot; and what a send may hold.",
      scope: "messages:read",
      output: page(WireCapability).extend({ limits: WireLimits }),
      async handler() {
        const data = capabilities.list();
        const limits = {
          text_bytes: LONGEST_TEXT,
          file_bytes: LARGEST_FILE,
          attachments: MOST_ATTACHMENTS,
          audio_formats: [...(await staging.audioFormats())],
        };
        return { data, count: data.length, limits };
      },
    }),
  ];
}

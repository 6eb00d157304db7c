import { z } from "zod";
import { MESSAGE_KINDS, MessageFilter, MessageKind } from "../../../src-shared/domain/message.ts";
import { WireMessage } from "./message-shape.ts";

/** AiMessage's wire format. Field by field as its clients read it; what goes beyond it is marked +. */

export const wholeNumber = (most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number, 0 or more")
    .transform((text) => Math.min(Number(text), most));

/** Pages hold 200 at most: a larger `limit` is lowered, not refused. */
export const PageQuery = z.object({
  limit: wholeNumber(200).default(50),
  offset: wholeNumber(999_999_999).default(0),
});

const cursor = z.string().min(1, "must not be empty").max(200, "is too long to be a cursor");

function kindsIn(text: string): MessageKind[] | null {
  const kinds = z.array(MessageKind).safeParse(text.split(",").map((kind) => kind.trim()));
  return kinds.success ? kinds.data : null;
}

export const MessagesQuery = PageQuery.extend({
  conversation_id: z.string().min(1, "must not be empty").optional(),
  since: z
    .string()
    .transform((text) => wholeTime(text))
    .pipe(
      z.iso.datetime({ offset: true, message: "must be a time in ISO 8601, such as 2026-03-23T23:49:54Z" }),
    )
    .transform((text) => Date.parse(text))
    .optional(),
  /** + Only these kinds; what a person wrote when it is left out. `all` has also what is to be sent later. */
  kinds: z
    .string()
    .transform((text) => (text === "all" ? [...MESSAGE_KINDS] : kindsIn(text)))
    .refine(
      (kinds) => kinds !== null,
      `must be \`all\`, or some of ${MESSAGE_KINDS.join(", ")}, separated by commas`,
    )
    .transform((kinds) => kinds ?? [])
    .optional(),
  /** + `next_cursor` of a page: only what is older; `prev_cursor`: only what is newer. */
  before: cursor.optional(),
  after: cursor.optional(),
  /** What is not there yet is refused, so that nobody takes everything for what they looked for. */
  q: z.string().optional(),
}).refine(({ before, after, offset }) => offset === 0 || (before ?? after) === undefined, {
  path: ["offset"],
  message: "cannot be combined with a cursor",
});

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[-+ ]\d\d:?\d\d)?)?$/;

/**
 * A time as people write one, in full: a date alone is its midnight, a time without a zone is UTC, a space stands
 * for the T, or for a `+` that was not encoded. What is no time stays as it is.
 */
export function wholeTime(text: string): string {
  const [, date, time, zone] = TIME.exec(text.trim().toUpperCase()) ?? [];
  if (date === undefined) return text;
  const offset = zone?.replace(" ", "+").replace(/(\d\d):?(\d\d)$/, "$1:$2") ?? "Z";
  const seconds = time === undefined ? "00:00:00" : time.length === "23:49".length ? `${time}:00` : time;
  return `${date}T${seconds}${offset}`;
}

/** Of a call that takes none: what somebody puts there is meant to do something, and does nothing. */
export const NoBody = z.strictObject({});

export const IdParams = z.object({ id: z.string() });

export const WireConversation = z.object({
  id: z.string(),
  participants: z.array(z.string()),
  display_name: z.string().nullable(),
  is_group: z.boolean(),
  latest_message: WireMessage.nullable(),
  spellings: z.array(z.string()),
  services: z.array(z.string()),
  line: z.string().nullable(),
  is_archived: z.boolean(),
  filter: MessageFilter,
});
export type WireConversation = z.infer<typeof WireConversation>;

export const page = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), count: z.int() });

/** + Cursors: what `before` and `after` take to go on from the page's last and first message. */
export const messagesPage = page(WireMessage).extend({
  next_cursor: z.string().nullable(),
  prev_cursor: z.string().nullable(),
});

/** + A phone number or Apple ID under which this Mac sends and receives. */
export const WireLine = z.object({
  handle: z.string(),
  kind: z.enum(["phone", "email"]),
  services: z.array(z.string()),
  last_used_at: z.string().nullable(),
});
export type WireLine = z.infer<typeof WireLine>;

export const Deleted = z.object({ deleted: z.literal(true) });

/** + `mode`. */
export const WireHealth = z.object({
  status: z.enum(["ok", "degraded"]),
  backend: z.object({
    connected: z.boolean(),
    message: z.string().nullable(),
    private_api_available: z.boolean(),
  }),
  mode: z.enum(["real", "simulated"]),
});

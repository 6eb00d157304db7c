import { z } from "zod";
import type { Event, EventType } from "../../src-shared/domain/event.ts";
import { NoAnswer, type OutboundAnswer, type OutboundPost } from "../ports/outbound.ts";
import type { Chance } from "./chance.ts";
import type { Life } from "./life.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How a receiver is doing. */
export const MOODS = [
  "well",
  "500",
  "503",
  "429",
  "400",
  "poisoned",
  "hangs",
  "resets",
  "mixed",
  "410",
] as const;
export type Mood = (typeof MOODS)[number];

/** What a receiver is asked to be told of; its model of it is its own, not the product's. */
export interface Interest {
  types: ReadonlySet<EventType>;
  onlyIncoming: boolean;
  /** The address of a direct chat; null for all conversations. */
  chat: string | null;
}

/** Whether an event is one of those. */
export function isInteresting({ types, onlyIncoming, chat }: Interest, event: Event): boolean {
  if (!types.has(event.type)) return false;
  const { data } = event;
  const isOwn = event.type === "outbox.updated" || ("isFromMe" in data && data.isFromMe);
  if (onlyIncoming && isOwn) return false;
  if (chat === null) return true;
  return idsOf(event).some((id) => id.endsWith(`;-;${chat}`));
}

function idsOf({ data }: Event): readonly string[] {
  if ("conversation" in data) return [data.conversation.id, ...data.conversation.spellings];
  return "conversationIds" in data ? data.conversationIds : [data.conversationId];
}

/** What has reached a receiver of one event. */
interface Receipt {
  id: string;
  body: string;
  /** Answers of 4xx that are about the event. */
  refusals: number;
  /** It was answered with 200 at some time. */
  wasAcknowledged: boolean;
  /** When it was last answered with 200, and what had happened until then. */
  acknowledged: { life: number; post: number; powerFailures: number; resends: number } | null;
}

/** A webhook's other end. */
export interface Receiver {
  readonly name: string;
  readonly url: string;
  readonly interest: Interest;
  mood: Mood;
  /** The events that it must be told of. */
  readonly owed: Set<number>;
  readonly receipts: ReadonlyMap<number, Receipt>;
  /** Somebody asked for what was told or given up to be told again: out of turn from here on. */
  resent(): void;
  /** Its webhook is no more: nothing is owed to it. */
  removed(): void;
  post(life: Life, request: OutboundPost): Promise<OutboundAnswer>;
}

/** What a receiver must know of the world. */
export interface ReceiverOptions {
  name: string;
  interest: Interest;
  time: VirtualTime;
  chance: Chance;
  /** How many there were: after one, what was acknowledged may come again. */
  powerFailures(): number;
  /** Whether the gateway had the right to give this one up unanswered. */
  isGivenUp(name: string, seq: number): boolean;
  happened(what: "hang" | "reset" | "refusal" | "gone" | "repeat" | "post"): void;
  trace(line: () => string): void;
  violation(what: string): void;
}

const REFUSALS = 3;
const Stamp = z.object({ id: z.string(), seq: z.int() });

/** A receiver that checks what it is told: in order, one at a time, the same event always the same. */
export function openReceiver(options: ReceiverOptions): Receiver {
  const { name, interest, time, chance, violation } = options;
  const receipts = new Map<number, Receipt>();
  const owed = new Set<number>();
  /** The last post of each life is what may be repeated after a crash. */
  const lastOf = new Map<number, number>();
  const inFlight = new Map<number, number>();
  let highest = 0;
  let posts = 0;
  let resends = 0;

  const mayRepeat = (life: Life, before: NonNullable<Receipt["acknowledged"]>): boolean =>
    before.resends !== resends ||
    before.powerFailures !== options.powerFailures() ||
    (before.life !== life.number && lastOf.get(before.life) === before.post);

  const checkOrder = (seq: number): void => {
    if (resends > 0) return;
    for (const lower of owed) {
      if (lower >= seq) continue;
      const earlier = receipts.get(lower);
      const isDone = earlier && (earlier.acknowledged !== null || earlier.refusals >= REFUSALS);
      if (!isDone && !options.isGivenUp(name, lower))
        violation(`${name} was told ${seq} while ${lower} was open`);
    }
  };

  const receive = (life: Life, { body, headers }: OutboundPost): Receipt & { seq: number } => {
    const { seq, id } = Stamp.parse(JSON.parse(body));
    posts += 1;
    lastOf.set(life.number, posts);
    const isFirst = !receipts.has(seq);
    const receipt = receipts.get(seq) ?? {
      id,
      body,
      refusals: 0,
      wasAcknowledged: false,
      acknowledged: null,
    };
    receipts.set(seq, receipt);
    if (!owed.has(seq) && resends === 0) violation(`${name} was told ${seq}, which it did not ask for`);
    if (isFirst && seq < highest && resends === 0)
      violation(`${name} was first told ${seq} after ${highest}`);
    highest = Math.max(highest, seq);
    if (headers["webhook-id"] !== id) violation(`${name} was told ${id} as ${headers["webhook-id"]}`);
    if (receipt.id !== id) violation(`${name} was told ${seq} as ${receipt.id}, and now as ${id}`);
    if (receipt.body !== body) violation(`${name} was told ${seq} in other words than before`);
    if (receipt.acknowledged !== null) {
      options.happened("repeat");
      if (!mayRepeat(life, receipt.acknowledged))
        violation(`${name} had acknowledged ${seq}, and is told it again`);
    }
    checkOrder(seq);
    return Object.assign(receipt, { seq });
  };

  /** Often the same as another's, since what ends together is recorded together. */
  const latency = (): number => chance.pick([0, 0, 10, chance.between(1, 40)]);

  return {
    name,
    url: `https://${name}.example.com/hook`,
    interest,
    mood: "well",
    owed,
    receipts,
    resent: () => {
      resends += 1;
    },
    removed: () => owed.clear(),
    post(life, request) {
      options.happened("post");
      const flying = inFlight.get(life.number) ?? 0;
      if (flying > 0) violation(`${name} has two requests in flight`);
      inFlight.set(life.number, flying + 1);
      const receipt = receive(life, request);
      const mine = posts;
      const { seq } = receipt;
      const reply = replyOf(this.mood === "mixed" ? chance.pick(MIXED) : this.mood, seq, chance);
      options.trace(() => `  ${name} is told ${seq} (${receipt.id.slice(0, 8)}): ${JSON.stringify(reply)}`);
      return new Promise((resolve, reject) => {
        const end = (ms: number, finish: () => void): void => {
          const timer = time.after(ms, () => {
            inFlight.set(life.number, (inFlight.get(life.number) ?? 1) - 1);
            // A dead process hears nothing.
            life.enter(() => life.pass("answer", finish));
          });
          request.signal?.addEventListener("abort", () => {
            timer.cancel();
            inFlight.set(life.number, (inFlight.get(life.number) ?? 1) - 1);
            reject(new NoAnswer("aborted", "given up"));
          });
        };
        if (reply.status === null) {
          options.happened(reply.isSilent ? "hang" : "reset");
          const why = reply.isSilent ? "timeout" : "reset";
          end(reply.isSilent ? request.timeoutMs : latency(), () => reject(new NoAnswer(why, why)));
          return;
        }
        const { status, headers } = reply;
        end(latency(), () => {
          if (status === 200) {
            const powerFailures = options.powerFailures();
            receipt.wasAcknowledged = true;
            receipt.acknowledged = { life: life.number, post: mine, powerFailures, resends };
          } else if (status === 400) {
            receipt.refusals += 1;
            options.happened("refusal");
          } else if (status === 410) options.happened("gone");
          resolve({ status, headers, text: "as you say" });
        });
      });
    },
  };
}

type Reply =
  | { status: number; headers: Readonly<Record<string, string>> }
  | { status: null; isSilent: boolean };

const MIXED: readonly [Mood, ...Mood[]] = ["well", "well", "well", "500", "429", "hangs", "resets"];

function replyOf(mood: Mood, seq: number, chance: Chance): Reply {
  const later = chance.happens(0.5) ? { "retry-after": String(chance.between(1, 90)) } : {};
  switch (mood) {
    case "hangs":
      return { status: null, isSilent: true };
    case "resets":
      return { status: null, isSilent: false };
    case "500":
    case "400":
    case "410":
      return { status: Number(mood), headers: {} };
    case "429":
    case "503":
      return { status: Number(mood), headers: later };
    case "poisoned":
      return { status: seq % 3 === 0 ? 400 : 200, headers: {} };
    default:
      return { status: 200, headers: {} };
  }
}

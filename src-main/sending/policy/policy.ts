import { Fault } from "../../../src-shared/faults.ts";
import type { Settings } from "../../../src-shared/settings.ts";
import type { ChatDb } from "../../apple-messages/chat-db.ts";
import { parseChatGuid } from "../../apple-messages/chat-guid.ts";
import type { ChatDatabase } from "../../apple-messages/connection.ts";
import type { Clock } from "../../ports/clock.ts";
import { asking } from "../../reading/asking.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { OutboxItem } from "../outbox/outbox-item.ts";
import type { Permission } from "../outbox/queue.ts";
import { isChatMeant } from "../recipient.ts";
import type { SendsLeft } from "../send-order.ts";
import { compileAllowList } from "./allow-list.ts";
import { spelledOut } from "./phone-number.ts";
import { rollingHour } from "./rolling-hour.ts";

export type { SendsLeft };

/** A send waits in the outbox while sending is paused and counts to the caps; anything else is an action. */
export type PolicyKind = "send" | "action";

/** Whoever waits for a place is looked at again after so many ms at the latest: the caps may have been raised. */
const LOOK_AGAIN_MS = 60_000;

/** What the owner allows, as the settings say at that very moment. It holds for everybody who asks. */
export interface Policy {
  /**
   * Throws the Fault of the rule that is against it: `policy_paused` (actions only), `policy_allow_list`,
   * `policy_contact_first`, and for sends `policy_hourly_cap` and `policy_recipient_cap` with when to come back.
   * `chat` is a guid, also of a direct chat that is not there yet. Nothing is taken: whoever sends accepts at once,
   * without an await between, or two would take the last place. To the exempt only pause and caps apply.
   */
  check(about: { chat: string; isExempt?: boolean | undefined }, kind: PolicyKind): void;
  /**
   * What the rules say of an accepted item whose turn it is: settings may have changed since it was accepted, and what
   * waited while sending was paused comes all at once. The caps are over what was given to Messages within the hour; an
   * item of which some part was is counted already. Throws `reading_unavailable` while chat.db cannot tell.
   */
  mayGo(item: OutboxItem): Permission;
  /** How many sends the caps leave now. */
  left(chat: string): SendsLeft;
  /** Whether the owner wants no send to leave. */
  isDryRun(): boolean;
}

/** What the rules look at of a conversation. */
interface Addressee {
  /** The chat itself, and every spelling under which Messages knows the conversation. */
  spellings: string[];
  chatRowIds: number[];
  isGroup: boolean;
}

/** How much of a cap is used. */
interface Use {
  cap: number;
  count: number;
  /** In how many ms the oldest of it will have left the hour; null when nothing is used. */
  leavesInMs: number | null;
}

/** How many sends there were since then, to all or to one, and when the oldest of them was. */
type Sends = Outbox["accepted"];

/**
 * The policy of `settings`, over what the outbox says of itself. `callingCode` is of the country that is meant by
 * numbers that do not say; null where nobody knows.
 */
export function openPolicy(options: {
  settings(): Settings;
  chatDb: ChatDb;
  outbox: Pick<Outbox, "accepted" | "dispatched">;
  callingCode(): string | null;
  clock: Clock;
}): Policy {
  const { settings, chatDb, outbox, callingCode, clock } = options;
  const { accepted, dispatched } = outbox;
  const hour = rollingHour(clock);
  const allowList = compileAllowList();

  const measure = (cap: number, sends: Sends, chats: readonly (string | null)[]): Use | null => {
    if (cap === 0) return null;
    const { count, leavesInMs } = hour.count((since) => {
      const all = chats.map((chat) => sends(since, chat));
      const oldest = all.flatMap(({ oldestAt }) => oldestAt ?? []);
      return {
        count: all.reduce((sum, one) => sum + one.count, 0),
        oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
      };
    });
    return { cap, count, leavesInMs };
  };
  const hourly = (sends: Sends): Use | null => measure(settings().sendsPerHour, sends, [null]);
  const toOne = (sends: Sends, chat: string): Use | null => {
    const cap = settings().sendsPerHourToOne;
    return cap === 0 ? null : measure(cap, sends, apart(addresseeOf(chat).spellings));
  };
  const addresseeOf = (chat: string): Addressee => asking(chatDb, (database) => lookUp(database, chat));

  const checkWhom = (chat: string): void => {
    const { mayWriteTo, mayWriteToListed } = settings();
    if (mayWriteTo === "everyone") return;
    if (mayWriteTo === "listed") {
      if (allowList(mayWriteToListed, addresseeOf(chat).spellings, callingCode())) return;
      throw new Fault(
        "policy_allow_list",
        `${whom(chat)} is not among those who may be written to; add it to mayWriteToListed in config.json, or set mayWriteTo to "everyone"${hint(chat)}`,
      );
    }
    const code = callingCode();
    if (asking(chatDb, (database) => hasWritten(database, lookUp(database, chat), code))) return;
    throw new Fault(
      "policy_contact_first",
      `${whom(chat)} has not written first, and only who has may be written to; to change that set mayWriteTo in config.json to "everyone"${hint(chat)}`,
    );
  };
  /** A number without its country may be somebody else's where this Mac's lines do not say which is meant. */
  const hint = (chat: string): string =>
    callingCode() === null && /^\d{7,}$/.test(whom(chat)) ? "; or give the number with its country (+…)" : "";
  const checkCaps = (chat: string): void => {
    const faults = [
      refusal("policy_hourly_cap", hourly(accepted), null),
      refusal("policy_recipient_cap", toOne(accepted, chat), chat),
    ].flatMap((fault) => fault ?? []);
    // Of two caps the one that holds longer: to come back for the other would be in vain.
    const [longer] = faults.sort((a, b) => (b.retryAfter ?? 0) - (a.retryAfter ?? 0));
    if (longer) throw longer;
  };

  return {
    check({ chat, isExempt = false }, kind) {
      if (kind === "action" && settings().sendingPausedAt !== null) {
        throw new Fault(
          "policy_paused",
          "sending is paused, and with it all that others would see; resume it in the menu or the window (sendingPausedAt in config.json)",
        );
      }
      if (!isExempt) checkWhom(chat);
      if (kind === "action") return;
      // Also where there is no cap: one that is set later is over what goes now.
      hour.look();
      checkCaps(chat);
    },
    mayGo(item) {
      const { chat, isDryRun, isExempt } = item;
      try {
        if (!isExempt) checkWhom(chat);
      } catch (thrown) {
        if (thrown instanceof Fault && thrown.code.startsWith("policy_")) return { refused: thrown };
        throw thrown;
      }
      if (isDryRun || (settings().dryRun && !isExempt)) return { go: "dry run" };
      hour.look();
      if (hour.count((since) => givenOf(item, since)).count > 0) return { go: true };
      const full = [hourly(dispatched), toOne(dispatched, chat)].filter(isFull);
      if (full.length === 0) return { go: true };
      const leavesInMs = Math.max(...full.map((use) => use.leavesInMs ?? 0));
      return { notBefore: Math.min(Math.max(1, Math.ceil(leavesInMs)), LOOK_AGAIN_MS) };
    },
    left: (chat) => ({ hour: leftOf(hourly(accepted)), recipient: leftOf(toOne(accepted, chat)) }),
    isDryRun: () => settings().dryRun,
  };
}

const isFull = (use: Use | null): use is Use => use !== null && use.count >= use.cap;

const leftOf = (use: Use | null): number | null => (use === null ? null : Math.max(0, use.cap - use.count));

function refusal(
  code: "policy_hourly_cap" | "policy_recipient_cap",
  use: Use | null,
  chat: string | null,
): Fault | null {
  if (!isFull(use)) return null;
  const [setting, to] =
    chat === null ? ["sendsPerHour", "to everybody together"] : ["sendsPerHourToOne", `to ${whom(chat)}`];
  return new Fault(
    code,
    `no more than ${use.cap} an hour may be sent ${to}; wait, or raise ${setting} in config.json`,
    use.leavesInMs === null ? {} : { retryAfter: Math.max(1, Math.ceil(use.leavesInMs / 1_000)) },
  );
}

/** Whom a chat is with, for a sentence. */
function whom(chat: string): string {
  const parts = parseChatGuid(chat);
  return parts?.separator === "-" ? parts.identifier : chat;
}

function lookUp({ directory }: ChatDatabase, chat: string): Addressee {
  const entry = directory.find(chat);
  return {
    spellings: [chat, ...(entry?.spellings ?? [])],
    chatRowIds: entry?.chats.map(({ rowId }) => rowId) ?? [],
    isGroup: entry?.isGroup ?? parseChatGuid(chat)?.separator === "+",
  };
}

/** As the outbox counts: an item once, by the last that was given to Messages of it and not surely refused. */
function givenOf({ parts }: OutboxItem, since: number): { count: number; oldestAt: number | null } {
  const given = parts.flatMap(({ mayHaveLeft, dispatchedAt }) => (mayHaveLeft ? (dispatchedAt ?? []) : []));
  const last = Math.max(...given);
  return last >= since ? { count: 1, oldestAt: last } : { count: 0, oldestAt: null };
}

/** In a group anybody; of a person also what was written elsewhere, a group or a conversation that was deleted. */
function hasWritten(
  { writtenFirst }: ChatDatabase,
  { spellings, chatRowIds, isGroup }: Addressee,
  callingCode: string | null,
): boolean {
  if (writtenFirst.inChats(chatRowIds)) return true;
  if (isGroup) return false;
  const addresses = spellings.flatMap((chat) => parseChatGuid(chat)?.identifier ?? []);
  const meant = new Set(addresses.map((address) => spelledOut(address, callingCode)));
  return writtenFirst.byAddress(addresses, (address) => meant.has(spelledOut(address, callingCode)));
}

/** Of each chat one spelling, so that nothing is counted twice: the outbox counts every spelling of what it is asked for. */
function apart(spellings: readonly string[]): string[] {
  const chats: string[] = [];
  for (const spelling of spellings) {
    if (!chats.some((chat) => isChatMeant(chat, spelling))) chats.push(spelling);
  }
  return chats;
}

import { type Message, type MessageKind, PERSONAL_KINDS } from "../../src-shared/domain/message.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import type { ChatDatabase } from "../apple-messages/connection.ts";
import {
  decodeCursor,
  encodeCursor,
  FIRST_PLACE,
  LAST_PLACE,
  type Place,
} from "../apple-messages/history/cursor.ts";
import type { PlacesRequest } from "../apple-messages/history/history.ts";
import { toMessages } from "../apple-messages/many-messages.ts";
import { toMessage } from "../apple-messages/row-to-domain.ts";
import { asking } from "./asking.ts";
import { FAR, type FarOffsets, farOffsets, MOST_COUNTED } from "./far-offsets.ts";
import type { SentHere } from "./sent-here.ts";

/** Which messages are wanted. */
export interface MessageFilter {
  /** A conversation's guid in any spelling. */
  conversationId?: string | undefined;
  /** Only later ones, in ms since 1970. */
  since?: number | undefined;
  limit: number;
  /** How many to leave out; costs time in proportion, which a cursor does not, and so has an end. */
  offset?: number | undefined;
  /** A page's `next`: only what is older. */
  before?: string | undefined;
  /** A page's `previous`: only what is newer; without `before` the page is what comes right after it. */
  after?: string | undefined;
  /** Default: what a person writes. */
  kinds?: readonly MessageKind[] | undefined;
}

/**
 * A part of the history, newest first. Where what is asked for is rare it may hold less than was asked for
 * although there is more: `next` (or, going on from `after`, `previous`) leads on from where it stopped.
 */
export interface MessagePage {
  items: Message[];
  /** To be handed in as `before` for what is older; null when there is nothing. */
  next: string | null;
  /** To be handed in as `after` for what is newer, also for what is yet to come; null when there is nothing to go by. */
  previous: string | null;
}

/** Messages as a caller sees them. Every call throws a Fault while chat.db cannot be read. */
export interface Messages {
  /**
   * Throws `invalid_request` for a cursor that is none, and for an offset that is too far down to be counted
   * unless the pages before it were asked for as well.
   */
  list(filter: MessageFilter): MessagePage;
  /** By ROWID or guid, whatever its kind; throws `not_found`. */
  get(id: string): Message;
}

/** The messages of `chatDb`; `named` adds what the outbox knows of them. */
export function openMessages(chatDb: ChatDb, named: SentHere = (message) => message): Messages {
  const far = farOffsets();
  return {
    list(filter) {
      const page = asking(chatDb, (database) =>
        pageOf(database, filter, (request) => walkFar(database, chatDb.generation(), far, request)),
      );
      return { ...page, items: page.items.map(named) };
    },
    get: (id) =>
      asking(chatDb, (database) => {
        const { messages } = database;
        const row = /^\d{1,15}$/.test(id) ? messages.byRowId(Number(id)) : messages.byGuid(id);
        if (row === null) throw new Fault("not_found", `there is no message ${id}`);
        return named(toMessage(row, database));
      }),
  };
}

/** What only a row's bytes can tell is sorted out here: so many rows are looked into for one page at most. */
const MOST_DECODED = 500;

/** Walks from the nearest place that is remembered, and remembers how far it came. */
function walkFar(database: ChatDatabase, generation: number, far: FarOffsets, asked: PlacesRequest): Walked {
  if (asked.from === "oldest") return walk(database, asked);
  const { request, isRough } = far.shorten(database, generation, asked);
  if (request.offset > MOST_COUNTED && database.history.hasMoreThan(MOST_COUNTED, request))
    throw tooFar(asked);
  const walked = walk(database, request);
  const { reached, isWhole } = walked;
  if (reached === null) return walked;
  if (!isWhole && walked.skipped < request.offset) throw tooFar(asked);
  const offset = asked.offset + walked.items.length;
  if (offset >= FAR || !isWhole) far.note(database, generation, asked, { offset, place: reached, isRough });
  return walked;
}

function tooFar({ offset }: PlacesRequest): Fault {
  return new Fault(
    "invalid_request",
    `offset: ${offset} is too far to jump; go on from page to page with \`before\`, set to the \`next_cursor\` of the page before`,
  );
}

function pageOf(
  database: ChatDatabase,
  filter: MessageFilter,
  walkFor: (request: PlacesRequest) => Walked,
): MessagePage {
  const { conversationId, limit, before, after, kinds = PERSONAL_KINDS } = filter;
  const entry = conversationId === undefined ? null : database.directory.find(conversationId);
  if (entry === null && conversationId !== undefined) return { items: [], next: null, previous: null };
  const from = after !== undefined && before === undefined ? "oldest" : "newest";
  const { items, reached } = walkFor({
    chats: entry?.chats.map((chat) => chat.rowId) ?? null,
    kinds,
    newerThan: after === undefined ? FIRST_PLACE : placeOf(after),
    olderThan: before === undefined ? LAST_PLACE : placeOf(before),
    since: filter.since ?? null,
    from,
    limit,
    offset: filter.offset ?? 0,
    hidden: database.directory.hidden(),
  });
  const first = items[0]?.place ?? null;
  if (from === "newest") {
    return {
      items: items.map(messageOf),
      next: cursorOf(reached),
      previous: cursorOf(first) ?? after ?? null,
    };
  }
  const last = reached ?? items.at(-1)?.place ?? null;
  items.reverse();
  return { items: items.map(messageOf), next: cursorOf(first), previous: cursorOf(last) ?? after ?? null };
}

interface Item {
  place: Place;
  message: Message;
}

interface Walked {
  items: Item[];
  /** Where to go on; null when there is nothing further. */
  reached: Place | null;
  /** Whether the page is full, or there is nothing further; otherwise it gave up looking. */
  isWhole: boolean;
  /** How many of the offset it left out. */
  skipped: number;
}

/** Walks until the page is full. */
function walk(database: ChatDatabase, request: PlacesRequest): Walked {
  const items: Item[] = [];
  let range = request;
  let skipped = 0;
  for (let decoded = 0; ; ) {
    const wanted = request.limit - items.length;
    // One more than is wanted tells whether there is more.
    const found = database.history.places({ ...range, limit: wanted + 1 });
    const { places, stoppedAt } = found;
    skipped += found.skipped;
    const page = places.slice(0, wanted);
    items.push(...itemsAt(database, page).filter(({ message }) => request.kinds.includes(message.kind)));
    if (places.length <= wanted) return { items, reached: stoppedAt, isWhole: stoppedAt === null, skipped };
    const last = page.at(-1);
    decoded += page.length;
    const isFull = items.length === request.limit;
    if (last === undefined || isFull || decoded >= MOST_DECODED) {
      return { items, reached: last ?? null, isWhole: isFull, skipped };
    }
    range = {
      ...range,
      ...(request.from === "newest" ? { olderThan: last } : { newerThan: last }),
      offset: 0,
    };
  }
}

function itemsAt(database: ChatDatabase, places: readonly Place[]): Item[] {
  const rows = database.messages.byRowIds(places.map(({ rowId }) => Number(rowId)));
  const messages = new Map(toMessages(rows, database).map((message) => [message.rowId, message]));
  return places.flatMap((place) => {
    const message = messages.get(Number(place.rowId));
    return message ? [{ place, message }] : [];
  });
}

const messageOf = ({ message }: Item): Message => message;

const cursorOf = (place: Place | null): string | null => (place === null ? null : encodeCursor(place));

function placeOf(cursor: string): Place {
  const place = decodeCursor(cursor);
  if (place === null) throw new Fault("invalid_request", `${cursor} is no cursor that Bellhop gave`);
  return place;
}

import type { Message, MessageKind } from "../../src-shared/domain/message.ts";
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
import { WRITTEN } from "../apple-messages/history/kind-sql.ts";
import { toMessages } from "../apple-messages/many-messages.ts";
import { toMessage } from "../apple-messages/row-to-domain.ts";
import { asking } from "./asking.ts";
import { farOffsets } from "./far-offsets.ts";

/** Which messages are wanted. */
export interface MessageFilter {
  /** A conversation's guid in any spelling. */
  conversationId?: string | undefined;
  /** Only later ones, in ms since 1970. */
  since?: number | undefined;
  limit: number;
  /** How many to leave out; costs time in proportion, which a cursor does not. */
  offset?: number | undefined;
  /** A page's `next`: only what is older. */
  before?: string | undefined;
  /** A page's `previous`: only what is newer; without `before` the page is what comes right after it. */
  after?: string | undefined;
  /** Default: what a person writes. */
  kinds?: readonly MessageKind[] | undefined;
}

/**
 * A part of the history, newest first. When kinds are asked for that are rare it may hold less than was asked
 * for although there is more: `next` (or, going on from `after`, `previous`) leads on from where it stopped.
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
  /** Throws `invalid_request` for a cursor that is none. */
  list(filter: MessageFilter): MessagePage;
  /** By ROWID or guid, whatever its kind; throws `not_found`. */
  get(id: string): Message;
}

/** The messages of `chatDb`. */
export function openMessages(chatDb: ChatDb): Messages {
  const far = farOffsets();
  return {
    list: (filter) =>
      asking(chatDb, (database) =>
        pageOf(database, filter, (request) => {
          const generation = chatDb.generation();
          const walked = walk(database, far.shorten(database, generation, request));
          const next = request.offset + walked.items.length;
          if (walked.reached) far.note(database, generation, request, next, walked.reached);
          return walked;
        }),
      ),
    get: (id) =>
      asking(chatDb, (database) => {
        const { messages } = database;
        const row = /^\d{1,15}$/.test(id) ? messages.byRowId(Number(id)) : messages.byGuid(id);
        if (row === null) throw new Fault("not_found", `there is no message ${id}`);
        return toMessage(row, database);
      }),
  };
}

/** What only a row's bytes can tell is sorted out here: so many rows are looked into for one page at most. */
const MOST_DECODED = 1_000;

function pageOf(
  database: ChatDatabase,
  filter: MessageFilter,
  walkFor: (request: PlacesRequest) => Walked,
): MessagePage {
  const { conversationId, limit, before, after, kinds = WRITTEN } = filter;
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
    hidesAny: database.directory.hidesAny(),
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
}

/** Walks until the page is full. */
function walk(database: ChatDatabase, request: PlacesRequest): Walked {
  const items: Item[] = [];
  let range = request;
  for (let decoded = 0; ; ) {
    const wanted = request.limit - items.length;
    // One more than is wanted tells whether there is more.
    const { places, stoppedAt } = database.history.places({ ...range, limit: wanted + 1 });
    const page = places.slice(0, wanted);
    items.push(...itemsAt(database, page).filter(({ message }) => request.kinds.includes(message.kind)));
    if (places.length <= wanted) return { items, reached: stoppedAt };
    const last = page.at(-1);
    decoded += page.length;
    if (last === undefined || items.length === request.limit || decoded >= MOST_DECODED) {
      return { items, reached: last ?? null };
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

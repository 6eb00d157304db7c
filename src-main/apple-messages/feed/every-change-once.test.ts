import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventType } from "../../../src-shared/domain/event.ts";
import { aboutOf, eventId } from "../../journal/event-id.ts";
import {
  deleteForGood,
  editMessage,
  failMessage,
  findMessage,
  markDelivered,
  markRead,
  markSent,
  unsendMessage,
} from "../../simulator/message-store.ts";
import { stagedFeed } from "../../testing/following-feed.ts";
import type { FeedState } from "./feed-state.ts";

/** What somebody does to Messages, or to Bellhop, at random. */
type Act =
  | { act: "receive" | "send" | "crash" | "rest" | "wait" }
  | { act: "sent" | "delivered" | "read" | "failed" | "edit" | "unsend" | "delete"; which: number };

const which = fc.nat(30);
const acts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Act>({ act: "receive" }, { act: "send" }, { act: "rest" }) },
    { weight: 1, arbitrary: fc.constantFrom<Act>({ act: "crash" }, { act: "wait" }) },
    {
      weight: 6,
      arbitrary: fc.record({
        act: fc.constantFrom("sent" as const, "delivered" as const, "read" as const),
        which,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        act: fc.constantFrom("failed" as const, "edit" as const, "unsend" as const, "delete" as const),
        which,
      }),
    },
  ),
  { minLength: 5, maxLength: 60 },
);

interface Written {
  id: number;
  guid: string;
  own: boolean;
  sent: boolean;
  delivered: boolean;
  read: boolean;
  failed: boolean;
  edits: number;
  unsent: boolean;
  deleted: boolean;
}

/** A change may be committed and lost with the process before anybody heard: then it comes again. */
const REFUSED_SHARE = 7;

function play(script: readonly Act[]): { written: Written[]; told: Map<string, EventType[]> } {
  const { messages, time, follow } = stagedFeed();
  const written: Written[] = [];
  const heard = new Map<string, EventType[]>();
  const known = new Set<string>();
  let steps = 0;
  const begin = (remembered?: FeedState | null) =>
    follow({
      ...(remembered === undefined ? {} : { remembered }),
      refuse(step) {
        steps += 1;
        if (steps % REFUSED_SHARE === 0) throw new Error("the disk is full");
        // The journal keeps each event id once.
        for (const { version, ...change } of step.changes) {
          const id = eventId(aboutOf(change), change.type, version);
          if (known.has(id)) continue;
          known.add(id);
          const guid = aboutOf(change);
          heard.set(guid, [...(heard.get(guid) ?? []), change.type]);
        }
      },
    });
  let feed = begin();
  const rest = (): void => {
    for (let turns = 0; turns < 4; turns += 1) {
      time.advance(300);
      feed.look();
    }
  };
  rest();
  for (const step of script) {
    time.advance(2_000);
    switch (step.act) {
      case "receive":
      case "send": {
        const own = step.act === "send";
        const made = own ? messages.send("out", { state: "sending" }) : messages.receive("in");
        written.push({
          ...made,
          own,
          sent: false,
          delivered: !own,
          read: false,
          failed: false,
          edits: 0,
          unsent: false,
          deleted: false,
        });
        break;
      }
      case "rest":
        rest();
        break;
      case "wait":
        time.advance(90_000);
        break;
      case "crash":
        feed.stop();
        feed = begin(feed.remembered());
        break;
      default:
        change(step.act, written[step.which % Math.max(1, written.length)]);
    }
  }
  for (let turns = 0; turns < 6; turns += 1) {
    rest();
    time.advance(61_000);
  }
  return { written, told: heard };

  function change(act: Exclude<Act, { which?: never }>["act"], message: Written | undefined): void {
    if (!message || message.deleted) return;
    const { store } = messages;
    const left = message.sent && !message.failed;
    if (act === "sent" && message.own && !message.failed && !message.sent) {
      markSent(store, message.id);
      message.sent = true;
    } else if (act === "delivered" && message.own && left && !message.delivered) {
      markDelivered(store, message.id);
      message.delivered = true;
    } else if (act === "read" && message.delivered && !message.read) {
      markRead(store, findMessage(store, message.guid));
      message.read = true;
    } else if (act === "failed" && message.own && !message.delivered && !message.failed) {
      failMessage(store, message.id, 22);
      message.failed = true;
    } else if (act === "edit" && !message.unsent && (!message.own || left)) {
      message.edits += 1;
      editMessage(store, { guid: message.guid, text: `edit ${message.edits}` });
    } else if (act === "unsend" && !message.unsent && (!message.own || left)) {
      unsendMessage(store, { guid: message.guid });
      message.unsent = true;
    } else if (act === "delete") {
      deleteForGood(store, { guid: message.guid });
      message.deleted = true;
    }
  }
}

const count = (types: readonly EventType[], type: EventType): number =>
  types.filter((one) => one === type).length;

describe("whatever happens, with crashes and a disk that is full now and then", () => {
  it("each message is told once, with what became of it, and nothing that did not happen", () => {
    fc.assert(
      fc.property(acts, (script) => {
        const { written, told } = play(script);
        for (const message of written) {
          const types = told.get(message.guid) ?? [];
          const where = `${JSON.stringify(message)} was told as ${types.join(", ")}`;
          for (const type of types) {
            if (type !== "message.edited") expect(count(types, type), where).toBe(1);
          }
          expect(count(types, "message.edited"), where).toBeLessThanOrEqual(message.edits);
          if (message.own) expect(types, where).not.toContain("message.received");
          else
            for (const type of types) expect(type, where).not.toMatch(/^message\.(sent|failed|delivered)$/);
          if (!message.delivered) expect(types, where).not.toContain("message.delivered");
          if (!message.read) expect(types, where).not.toContain("message.read");
          if (!message.failed) expect(types, where).not.toContain("message.failed");
          if (!message.unsent) expect(types, where).not.toContain("message.unsent");
          if (message.deleted) {
            // What was never told is not told as deleted either.
            if (types.length > 0) expect(types, where).toContain("message.deleted");
            continue;
          }
          if (!message.own) expect(types[0], where).toBe("message.received");
          if (message.own && message.sent && !message.failed) expect(types[0], where).toBe("message.sent");
          if (message.own && message.delivered) expect(types, where).toContain("message.delivered");
          if (message.failed) expect(types, where).toContain("message.failed");
          if (message.own && message.read) expect(types, where).toContain("message.read");
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

import { Fault } from "../../../src-shared/faults.ts";
import type { ChatDb } from "../../apple-messages/chat-db.ts";
import { ReadingFailure } from "../../apple-messages/reading-failure.ts";
import type { Bubble, SendContent, SendOutcome, SendTarget } from "../../messages-app/messages-app.ts";
import { faultOfCode } from "../../messages-app/osascript-errors.ts";
import { knownChat, targetsOf } from "./attempt.ts";
import type { OutboxItem, OutboxPart } from "./outbox-item.ts";

/** What is given to Messages for a part, where, and chat.db's newest row before it. */
export interface Dispatch {
  targets: SendTarget[];
  content: SendContent;
  afterRowId: number;
  afterGuid: string | null;
}

/**
 * Works out how a part goes. Null while chat.db cannot be read: the send could not be confirmed, so it waits. Throws
 * a Fault where it cannot go at all.
 */
export function dispatchOf(
  item: OutboxItem,
  part: OutboxPart,
  {
    chatDb,
    bubbleOf,
  }: { chatDb: Pick<ChatDb, "read" | "noticeReplacement">; bubbleOf(guid: string): Bubble | null },
): Dispatch | null {
  if (part.isUnreadable) {
    throw new Fault(
      "internal",
      "what was to be sent cannot be read any more: bellhop.db is damaged there; send it anew",
    );
  }
  try {
    // What was the newest row of a file that was replaced says nothing of the rows to come.
    chatDb.noticeReplacement();
    const { newest, known } = chatDb.read((database) => ({
      newest: database.feed.newest(),
      known: knownChat(database, item.chat),
    }));
    const targets = targetsOf(item.chat, known, item.service);
    const content = contentOf(item, part, bubbleOf);
    // An answer goes where what it answers is, whichever way the conversation is called.
    if (content.kind === "text" && content.replyTo !== null) targets.splice(1);
    return { targets, content, afterRowId: newest?.row_id ?? 0, afterGuid: newest?.guid ?? null };
  } catch (thrown) {
    if (thrown instanceof ReadingFailure) return null;
    if (thrown instanceof Fault && thrown.code === "reading_unavailable") return null;
    throw thrown;
  }
}

function contentOf(
  { replyTo }: OutboxItem,
  { kind, content }: OutboxPart,
  bubbleOf: (guid: string) => Bubble | null,
): SendContent {
  if (kind === "file") return { kind: "file", path: content };
  if (replyTo === null) return { kind: "text", text: content, replyTo: null };
  const bubble = bubbleOf(replyTo);
  if (bubble === null)
    throw new Fault("target_not_found", "the message that it answers is not there any more");
  return { kind: "text", text: content, replyTo: bubble };
}

/** What is worth another try by itself, after so many milliseconds each: Messages or osascript did not run. */
const AGAIN_AFTER_MS = [400, 1_000];
const NOT_RUNNING = new Set([-600, -609]);

/**
 * What to do about a part that surely did not leave: try it again after so many ms, or say that it failed. `tries` is how
 * often it was tried again already; null where it must not be.
 */
export function afterRefusal(
  { code, reason }: Extract<SendOutcome, { outcome: "not left" }>,
  tries: number | null,
): { againAfterMs: number } | { fault: Fault } {
  const againAfterMs = tries === null ? undefined : AGAIN_AFTER_MS[tries];
  if (againAfterMs !== undefined && (code === null || NOT_RUNNING.has(code))) return { againAfterMs };
  if (code === null) return { fault: new Fault("sender_unavailable", reason, { retryAfter: 5 }) };
  return { fault: faultOfCode(code, reason) };
}

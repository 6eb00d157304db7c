/**
 * What was last told of a row, in a few numbers: enough to see that it changed and how, without keeping a word of
 * it. They are kept in bellhop.db; a million of them cost nothing in memory. Whoever changes what goes into them
 * empties `message_print` by a migration, or every message seems to have changed.
 */
export interface Fingerprint {
  rowId: number;
  /** 32 bits of the guid's hash, signed: whether it still is the same message at this ROWID. */
  guid: number;
  /** What has happened to it, as `BITS`. */
  state: number;
  /** When it was last edited or unsent, in ms since 1970; 0 for never. */
  edited: number;
  /** 31 bits of a hash over what it holds: sizes of text, body, payload and history, its files, its chats. */
  content: number;
  /** How often something of it was told after the first time: what tells its events apart. */
  revision: number;
}

/** The bits of `Fingerprint.state`. */
export const BITS = {
  sent: 1,
  delivered: 2,
  read: 4,
  failed: 8,
  played: 16,
  own: 32,
  notMessage: 64,
  /** It lies in Recently Deleted. */
  deleted: 128,
  finished: 256,
  /** It says when it was delivered. */
  arrival: 512,
  /** It came as backfill: nothing was told of it, and nothing is. Not from chat.db. */
  silent: 1024,
} as const;

/** What can happen to a message after it was told, in the order in which it is told. */
export type Transition =
  | "sent"
  | "delivered"
  | "read"
  | "failed"
  | "rewritten"
  | "completed"
  | "deleted"
  | "restored";

/**
 * What has happened between two fingerprints of the same row. Only what came about counts: a bit that was taken
 * back, say by a restore from iCloud, is no news.
 */
export function transitionsOf(before: Fingerprint, after: Fingerprint): Transition[] {
  if (before.guid !== after.guid || (before.state | after.state) & (BITS.notMessage | BITS.silent)) return [];
  const risen = after.state & ~before.state;
  const fallen = before.state & ~after.state;
  const isOwn = Boolean(after.state & BITS.own);
  const isIn = !((after.state | fallen) & BITS.deleted);
  const found: [Transition, unknown][] = [
    ["sent", isOwn && risen & BITS.sent && !(after.state & BITS.failed)],
    ["delivered", isOwn && risen & BITS.delivered],
    ["read", risen & BITS.read],
    ["failed", isOwn && risen & BITS.failed],
    ["rewritten", after.edited > before.edited],
    // What goes to Recently Deleted loses its conversation, and is told as deleted.
    ["completed", after.edited <= before.edited && isIn && isCompleted(before, after)],
    ["deleted", risen & BITS.deleted],
    ["restored", fallen & BITS.deleted],
  ];
  return found.flatMap(([transition, happened]) => (happened ? [transition] : []));
}

function isCompleted(before: Fingerprint, after: Fingerprint): boolean {
  const risen = after.state & ~before.state;
  // The moment of its arrival is told with the arrival itself, unless it comes later.
  const isDatedLater = risen & BITS.arrival && !(risen & BITS.delivered);
  return Boolean(after.content !== before.content || risen & BITS.played || isDatedLater);
}

/** Whether both say the same of the same message. */
export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return a.guid === b.guid && printText(a) === printText(b);
}

/** What of a fingerprint changes with its row, as a text to compare. */
export function printText({ state, edited, content }: Fingerprint): string {
  return `${state & ~BITS.silent}.${edited}.${content}`;
}

/** FNV-1a over a guid, as a signed number of 32 bits. Two messages at one ROWID that share it are as good as never. */
export function guidHash(guid: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < guid.length; at += 1) {
    hash = Math.imul(hash ^ guid.charCodeAt(at), 0x01000193);
  }
  return hash | 0;
}

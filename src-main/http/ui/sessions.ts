import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { Randomness } from "../../ports/randomness.ts";

/** How long a link to the window can be opened, in ms. */
export const LINK_MS = 10 * 60 * 1_000;
/** Links are made by hand; more than this at a time are not wanted, and the oldest goes. */
const MOST_LINKS = 20;
const MOST_SESSIONS = 50;

/** Why a link does not open the window. */
export type LinkRefusal = "link_used" | "link_expired" | "link_unknown";

/** What a browser holds once it was let in: a cookie, and a token that no other port of this host sees. */
export interface UiSession {
  cookie: string;
  socketToken: string;
}

/** Who may open the window in a browser. */
export interface UiSessions {
  /** A fresh token for a link: good once, for ten minutes. */
  link(): string;
  /** Exchanges a link's token for a session. */
  open(token: string): UiSession | LinkRefusal;
  /** Whether cookie and token belong to the same session. Neither is enough alone. */
  isOpen(cookie: string, socketToken: string): boolean;
}

/** Links and sessions of this run; they end with it. Only digests are kept. */
export function openUiSessions(clock: Clock, randomness: Randomness): UiSessions {
  const links = new Map<string, { madeAt: number; used: boolean }>();
  const sessions = new Map<string, Buffer>();
  const secret = (): string => Buffer.from(randomness.bytes(32)).toString("base64url");

  return {
    link() {
      const token = secret();
      links.set(digest(token).toString("hex"), { madeAt: clock.now(), used: false });
      forgetOldest(links, MOST_LINKS);
      return token;
    },
    open(token) {
      const link = links.get(digest(token).toString("hex"));
      if (!link) return "link_unknown";
      if (link.used) return "link_used";
      if (clock.now() - link.madeAt > LINK_MS) return "link_expired";
      link.used = true;
      const session = { cookie: secret(), socketToken: secret() };
      sessions.set(digest(session.cookie).toString("hex"), digest(session.socketToken));
      forgetOldest(sessions, MOST_SESSIONS);
      return session;
    },
    isOpen(cookie, socketToken) {
      const expected = sessions.get(digest(cookie).toString("hex"));
      return expected !== undefined && timingSafeEqual(expected, digest(socketToken));
    },
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

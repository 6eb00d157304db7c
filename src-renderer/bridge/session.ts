import { z } from "zod";
import type { LinkProblem } from "./link.ts";

const STORED = "bellhop.ui.socketToken";
const Granted = z.object({ socketToken: z.string().min(1) });
const Refused = z.object({ error: z.object({ code: z.string() }) });

/** A one-time token is long and has no punctuation but - and _; a page's own anchor is a short word. */
const ONE_TIME_TOKEN = /^[\w.-]{16,}$/;

/** Takes the one-time token out of the address, so that it is in no history and no screenshot. */
export function takeOneTimeToken(): string | null {
  const token = location.hash.slice(1);
  if (!ONE_TIME_TOKEN.test(token)) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return token;
}

/** The socket token of this tab, kept so that a reload works; unlike a cookie it stays with this port. */
export function storedSocketToken(): string | null {
  return sessionStorage.getItem(STORED);
}

/** Forgets the socket token once the gateway does not know it any more. */
export function forgetSocketToken(): void {
  sessionStorage.removeItem(STORED);
}

const PROBLEMS: Record<string, LinkProblem> = {
  link_used: "used",
  link_expired: "expired",
  link_unknown: "unknown",
};

/** Trades the one-time token for a socket token. Fails with null when the gateway cannot be reached. */
export async function openSession(
  token: string,
): Promise<{ socketToken: string } | { problem: LinkProblem } | null> {
  try {
    const response = await fetch(new URL("session", location.href), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token }),
      credentials: "same-origin",
    });
    const body: unknown = await response.json().catch(() => null);
    const granted = Granted.safeParse(body);
    if (response.ok && granted.success) {
      sessionStorage.setItem(STORED, granted.data.socketToken);
      return granted.data;
    }
    if (response.status >= 500) return null;
    const refused = Refused.safeParse(body);
    return { problem: (refused.success && PROBLEMS[refused.data.error.code]) || "unknown" };
  } catch {
    return null;
  }
}

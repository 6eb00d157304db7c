/** What a key may be allowed. `metrics:read` has `/metrics` and `/stats`; `files:path` sends files by path, `files:write` uploads them; `webhooks:local` has targets on this network. */
export const SCOPES = [
  "messages:read",
  "messages:send",
  "events:read",
  "metrics:read",
  "webhooks",
  "webhooks:local",
  "files:path",
  "files:write",
] as const;
export type Scope = (typeof SCOPES)[number];

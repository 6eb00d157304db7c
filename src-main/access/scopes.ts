/** What a key may be allowed. `files:path` sends files by path; `webhooks:local` has targets on this network. */
export const SCOPES = [
  "messages:read",
  "messages:send",
  "events:read",
  "webhooks",
  "webhooks:local",
  "files:path",
] as const;
export type Scope = (typeof SCOPES)[number];

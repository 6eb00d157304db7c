/** What stands where a secret or somebody's words would. */
export const REDACTED = "[redacted]";

/** Names of values that are never written: keys and secrets. `key_name` is none of them; a monkey pays for the rest. */
const SECRET_NAME =
  /(key|secret|token|password|passphrase|authorization|cookie|signature|credential|credentials|keys|secrets|tokens|passwords|cookies|signatures)$/i;
/** What people write, and what others answer. */
const WORDS_NAME =
  /^(body|text|subject|caption|transcription|one_?time_?code|answer|html|previous_?text|(message|request|response)_?(body|text))$/i;
/** In a query a search is also somebody's words. */
const WORDS_IN_QUERY = /^(q|query|search|message)$/i;

/** Objects deeper than this, and longer than that, tell a reader nothing more. */
const DEEPEST = 6;
const MOST_MEMBERS = 100;
const LONGEST_TEXT = 8_192;
/** What is judged by name is remembered, for names up to this length. */
const LONGEST_NAME = 64;

const MOST_NAMES = 2_000;
const judged = new Map<string, boolean>();

/** Whether a value of this name is never written. */
export function isSecretName(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const isSecret = SECRET_NAME.test(name) || WORDS_NAME.test(name);
  // Names come from code, so there are few; those in queries come from outside, and there are few all the same.
  if (name.length > LONGEST_NAME) return isSecret;
  if (judged.size >= MOST_NAMES) judged.clear();
  judged.set(name, isSecret);
  return isSecret;
}

/**
 * Something in a text that may be a secret; what is done about it, `REPLACEMENTS` says. Texts come from anybody, before
 * a key was asked for: what repeats in a pattern never runs over what the pattern begins with, so that no text is read
 * more than once for each of them.
 */
const SUSPICIOUS =
  /bh_|whsec_|bearer|basic|[?&;][^=&;?#\s]+=|:\/\/[^/\s@]*@|hooks\.slack|discord|\/ui\/#|not valid JSON/i;

const REPLACEMENTS: readonly ((text: string) => string)[] = [
  (text) => text.replace(/\bbh_[\w-]{8,}/g, `bh_${REDACTED}`),
  (text) => text.replace(/\bwhsec_[\w+/=-]+/g, `whsec_${REDACTED}`),
  (text) => text.replace(/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`),
  (text) => text.replace(/:\/\/[^/\s@]*@/g, `://${REDACTED}@`),
  // The addresses of these two are what lets one write there.
  (text) => text.replace(/(hooks\.slack(?:-gov)?\.com\/\w+)\/(?!\[redacted\])[^\s"'?#]+/gi, `$1/${REDACTED}`),
  (text) =>
    text.replace(
      /(discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks)\/(?!\[redacted\])[^\s"'?#]+/gi,
      `$1/${REDACTED}`,
    ),
  (text) => text.replace(/(\/ui\/#)[\w-]+/g, `$1${REDACTED}`),
  withoutQuotation,
  withoutSecretPairs,
];

/** The engine quotes what it could not parse: `Unexpected token 'x', "xyz" is not valid JSON`. */
function withoutQuotation(text: string): string {
  const end = text.lastIndexOf(" is not valid JSON");
  const start = text.search(/, (?:\.\.\.)?"/);
  return start < 0 || end < start ? text : text.slice(0, start) + text.slice(end);
}

/** `?name=value`, `&name=value`: without the value where the name says so. Both are read once, one after the other. */
function withoutSecretPairs(text: string): string {
  const names = /[?&;]([^=&;?#\s]+)=(?!\[redacted\])/g;
  const value = /[^&#\s"']*/y;
  let clean = "";
  let end = 0;
  for (let found = names.exec(text); found !== null; found = names.exec(text)) {
    const plain = decoded(found[1] ?? "");
    if (!isSecretName(plain) && !WORDS_IN_QUERY.test(plain)) continue;
    clean += text.slice(end, names.lastIndex) + REDACTED;
    value.lastIndex = names.lastIndex;
    value.test(text);
    end = value.lastIndex;
    names.lastIndex = end;
  }
  return clean + text.slice(end);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** A text without the keys, secrets and search words that stand in it: in addresses, headers, or by themselves. */
export function redactedText(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  if (!SUSPICIOUS.test(short)) return short;
  let clean = short;
  for (const replace of REPLACEMENTS) clean = replace(clean);
  return clean;
}

/** A copy of anything as it may be written: no value of a secret name at whatever depth, no secret in a text. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactedText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEEPEST) return "[deeper]";
  if (value instanceof Error) return redactedError(value, depth);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return redactedText(value.href);
  if (value instanceof Map || value instanceof Set) return redacted([...value], depth);
  // A message, however it is spelled: most of its members are somebody's words.
  if ("guid" in value && "body" in value) return { guid: redacted(value.guid, depth + 1), message: REDACTED };
  if (Array.isArray(value)) return value.slice(0, MOST_MEMBERS).map((one) => redacted(one, depth + 1));
  return redactedMembers(value, depth);
}

/** The same of an object's own members. */
export function redactedMembers(value: object, depth = 0): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value).slice(0, MOST_MEMBERS)) {
    const isHidden = isSecretName(name) && member !== null && member !== undefined;
    clean[name] = isHidden ? REDACTED : redacted(member, depth + 1);
  }
  return clean;
}

function redactedError(error: Error, depth: number): Record<string, unknown> {
  return {
    // Whatever else was put onto it, a code say.
    ...redactedMembers(error, depth),
    type: error.name,
    message: redactedText(error.message),
    stack: redactedText(error.stack ?? ""),
    ...(error.cause === undefined ? {} : { cause: redacted(error.cause, depth + 1) }),
  };
}

import { NoAnswer } from "../ports/outbound.ts";
import type { Destination } from "./destination.ts";
import type { Passing } from "./passing.ts";

/** What is wrong with a certificate, by OpenSSL's names: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "it is signed by an authority that this machine does not know",
  UNABLE_TO_GET_ISSUER_CERT: "who signed it is not known",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "who signed it is not known",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server leaves out who signed it",
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  CERT_REVOKED: "it was revoked",
  CERT_UNTRUSTED: "it is not trusted",
  CERT_REJECTED: "it was rejected",
  CERT_CHAIN_TOO_LONG: "its chain is too long",
  CERT_SIGNATURE_FAILURE: "its signature is wrong",
  INVALID_CA: "who signed it is no authority",
  INVALID_PURPOSE: "it is not for a server",
  PATH_LENGTH_EXCEEDED: "its chain is too long",
  HOSTNAME_MISMATCH: "it is for another name",
  ERR_TLS_CERT_ALTNAME_INVALID: "it is for another name",
  ERR_TLS_CERT_ALTNAME_FORMAT: "its names are not well written",
};

const NO_WAY = ["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL", "EACCES", "EPERM"];
const RESET = ["ECONNRESET", "EPIPE", "ECONNABORTED"];

/** Puts what went wrong with a connection into words. `cause` is whatever node:net, node:tls or node:http gave. */
export function noAnswer(cause: unknown, { host, port }: Destination): NoAnswer {
  if (cause instanceof NoAnswer) return cause;
  const code = codeOf(cause);
  const say = (reason: NoAnswer["reason"], words: string): NoAnswer => new NoAnswer(reason, words, { cause });
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) return say("tls", `its certificate is not valid: ${certificate}`);
  if (code === "ECONNREFUSED") return say("refused", `nobody listens at ${at(host, port)}`);
  if (RESET.includes(code)) return say("reset", "the connection was reset");
  if (code === "ETIMEDOUT") return say("timeout", `nothing answers at ${at(host, port)}`);
  if (NO_WAY.includes(code)) return say("other", `there is no way to ${at(host, port)} from this machine`);
  if (code === "EMFILE" || code === "ENFILE") return say("other", "this machine has too many files open");
  if (code === "EPROTO" || /^ERR_(SSL|TLS)_/.test(code)) {
    return say("tls", `${at(host, port)} does not speak TLS as it should (${code})`);
  }
  if (code.startsWith("HPE_")) return say("other", `${at(host, port)} does not answer in HTTP (${code})`);
  if (code === "ERR_INVALID_CHAR" || code === "ERR_INVALID_HTTP_TOKEN") {
    return say("other", `a header cannot be sent: ${messageOf(cause)}`);
  }
  return say("other", `it cannot be reached: ${messageOf(cause)}`);
}

/** No address of the destination may be connected to. */
export function forbidden(
  result: Extract<Passing, { passed: false }>,
  { host, port }: Destination,
): NoAnswer {
  const { because, address, words } = result;
  const what = address === host ? host : `${host} stands for ${address}, which`;
  if (because === "not listed")
    return new NoAnswer("forbidden", `${host} is ${words} (setting egressAllowed)`);
  if (because === "own") return new NoAnswer("forbidden", `${at(host, port)} is ${words}`);
  if (because === "local") {
    return new NoAnswer("forbidden", `${what} is ${words}; put the webhook again to allow that`);
  }
  return new NoAnswer("forbidden", `${what} is ${words}: nothing is sent there`);
}

/** The name could not be looked up, or stands for nothing. */
export function noSuchName({ host }: Destination, cause?: unknown): NoAnswer {
  return new NoAnswer("name", `the name ${host} cannot be found`, { cause });
}

/** The time was up. */
export function tooLate(ms: number): NoAnswer {
  return new NoAnswer("timeout", `no answer in ${ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`}`);
}

function at(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Of several addresses that were tried, “refused” says most; otherwise the first. */
function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError) {
    const codes = cause.errors.map(codeOf);
    return codes.includes("ECONNREFUSED") ? "ECONNREFUSED" : (codes[0] ?? "");
  }
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : null;
  return typeof code === "string" ? code : "";
}

function messageOf(cause: unknown): string {
  return cause instanceof Error && cause.message !== "" ? cause.message : "no reason was given";
}

import type { Signature } from "../../../src-shared/domain/webhook.ts";
import { SCHEMES, type SignedDelivery } from "./schemes.ts";

/**
 * The headers that say which delivery this is and prove that it is ours. Without a secret they prove nothing, and
 * only id and time are sent.
 *
 * While a secret is being replaced, `previous` signs as well: a header that is a list (`webhook-signature`) names
 * both, the new one first; beside any other stands a second one, whose name ends in `-Previous`.
 */
export function signatureHeaders(
  options: SignedDelivery & { scheme: Signature; secret: string | null; previous: string | null },
): Record<string, string> {
  const { secret, previous } = options;
  const scheme = SCHEMES[options.scheme];
  const headers = scheme.stamps(options);
  if (secret === null) return headers;
  for (const { name, sign, isList } of scheme.signatures) {
    headers[name] = sign(secret, options);
    if (previous === null) continue;
    if (isList) headers[name] += ` ${sign(previous, options)}`;
    else headers[`${name}-Previous`] = sign(previous, options);
  }
  return headers;
}

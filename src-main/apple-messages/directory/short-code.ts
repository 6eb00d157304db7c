/**
 * An address without the suffix that Messages puts behind a short code whose texts it sorts, such as `(smsft)` or
 * `(smsft_fi)`; any other address as it is. Source: handles of macOS 13 to 26.
 */
export function withoutSuffix(address: string): string {
  return address.replace(/^([^()]+)\(sms[a-z_]*\)$/i, "$1");
}

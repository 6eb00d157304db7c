/** Whether the gateway is on the computer one sits at, and not across a network. */
export function isHere(): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
}

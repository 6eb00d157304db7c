/** macOS 26's empty row in no conversation. */
export const LOST =
  "Messages took it, but did not send it to the group; send it again, or by hand in Messages";

/**
 * Why a message failed, by the number in its row, and what mends it.
 * @param address whom it went to; null for a group.
 */
export function reasonOfRow(errorCode: number, address: string | null): string {
  if (errorCode === 22) {
    const who = address ?? "somebody in the group";
    return `${who} is not registered with iMessage (error 22); send it with "service": "SMS"`;
  }
  if (errorCode === 25) {
    return "Messages could not read the file (error 25); upload it (POST /api/v1/files) and send it by its id";
  }
  return errorCode === 0
    ? "Messages could not deliver it"
    : `Messages could not deliver it (error ${errorCode})`;
}

import type { Duplex } from "node:stream";

/**
 * How many bytes of the write that is under way the system has taken from this process. Node counts a write until all
 * of it has gone, so beside a single large one `writableLength` stands still however much a slow client takes of it.
 * The handle knows; its `writeQueueSize` is what Node's own socket timeouts look at. 0 when nothing can be said.
 */
export function takenOfWrite(socket: Duplex | null): number {
  if (socket === null) return 0;
  const handle: unknown = Reflect.get(socket, "_handle");
  const waiting: unknown = Reflect.get(socket, "writableBuffer");
  if (typeof handle !== "object" || handle === null || !("writeQueueSize" in handle)) return 0;
  if (typeof handle.writeQueueSize !== "number" || !Array.isArray(waiting)) return 0;
  let underWay = socket.writableLength;
  for (const entry of waiting) underWay -= lengthOf(entry);
  return Math.max(0, underWay - handle.writeQueueSize);
}

/** As `writableLength` counts it: characters of a text, bytes of anything else. */
function lengthOf(entry: unknown): number {
  if (typeof entry !== "object" || entry === null || !("chunk" in entry)) return 0;
  const { chunk } = entry;
  return typeof chunk === "string" || chunk instanceof Uint8Array ? chunk.length : 0;
}

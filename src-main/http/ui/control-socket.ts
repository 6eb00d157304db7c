import type { WebSocket } from "ws";
import { z } from "zod";
import type { Control } from "../../control/control.ts";
import { sendOrLetGo } from "../heartbeat.ts";

const Request = z.object({ id: z.number(), call: z.string(), input: z.unknown() });

/** Carries the control contract over one socket: calls with an id, answers with the same, pushes without. */
export function serveControl(socket: WebSocket, control: Control): void {
  const say = (frame: unknown): void => {
    sendOrLetGo(socket, JSON.stringify(frame));
  };
  const unsubscribe = control.subscribe(say);
  socket.on("close", unsubscribe);
  socket.on("error", () => socket.terminate());
  socket.on("message", async (data) => {
    const request = parse(data.toString());
    if (request === null) return socket.close(1008, "not a call");
    const answer = await control.call(request.call, request.input);
    say({ id: request.id, ...answer });
  });
}

function parse(text: string): z.infer<typeof Request> | null {
  try {
    return Request.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

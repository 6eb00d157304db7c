import { z } from "zod";
import { EventType } from "./event.ts";

/** An endpoint that is told of events. Its secret never leaves the gateway. */
export const Webhook = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(EventType),
  createdAt: z.int(),
  enabled: z.boolean(),
  hasSecret: z.boolean(),
});
export type Webhook = z.infer<typeof Webhook>;

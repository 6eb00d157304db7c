import { z } from "zod";
import { faultShape } from "./faults.ts";

/** What Messages still does when osascript has ended: at `at`, milliseconds since 1970. */
const later = z.discriminatedUnion("do", [
  /** Everything a run with these arguments would have done. */
  z.strictObject({ do: z.literal("run"), at: z.number(), args: z.array(z.string()), fault: faultShape }),
  /** The row comes into its conversation. */
  z.strictObject({ do: z.literal("join"), at: z.number(), message: z.int(), chat: z.int() }),
  /** The row, sent before, fails. */
  z.strictObject({ do: z.literal("fail"), at: z.number(), message: z.int(), error: z.int() }),
]);
export type Later = z.infer<typeof later>;

/** Reads one that was written down as JSON. Throws ZodError or SyntaxError. */
export function parseLater(text: string): Later {
  return later.parse(JSON.parse(text));
}

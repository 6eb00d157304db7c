import type { z } from "zod";
import { Fault } from "../../src-shared/faults.ts";

/** Parses input by its schema; throws a Fault that names the parameter and what is wrong with it. */
export function parseInput(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidInput(parsed.error);
}

/** What a schema refused, as a Fault that names the parameter and what is wrong with it. */
export function invalidInput(error: z.ZodError): Fault {
  return new Fault("invalid_request", sentenceOf(error));
}

function sentenceOf(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return "the request could not be understood";
  const name = issue.path.join(".");
  if (issue.code === "unrecognized_keys") return `${issue.keys.join(", ")} is not a parameter of this call`;
  return name ? `${name}: ${issue.message}` : "the body must be a JSON object";
}

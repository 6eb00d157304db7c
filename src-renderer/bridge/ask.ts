import {
  type CallInput,
  type CallName,
  type CallOutput,
  type ControlBridge,
  calls,
} from "../../src-shared/control.ts";

/** How a question to the gateway ends, with the value parsed. */
export type Answer<T> = { ok: true; value: T } | { ok: false; error: { code: string; message: string } };

const unreadable = {
  ok: false,
  error: {
    code: "unreadable_answer",
    message: "Bellhop gave an answer that this window does not know. Reload the window.",
  },
} as const;

/** Asks the gateway and parses what it answers. A bridge that throws counts as one that gave no answer. */
export async function ask<N extends CallName>(
  bridge: ControlBridge,
  name: N,
  input: CallInput<N>,
): Promise<Answer<CallOutput<N>>> {
  try {
    const answer = await bridge.call(name, input);
    if (!answer.ok) return answer;
    const parsed = calls[name].output.safeParse(answer.value);
    return parsed.success ? { ok: true, value: parsed.data as CallOutput<N> } : unreadable;
  } catch {
    return {
      ok: false,
      error: { code: "no_answer", message: "Bellhop gave no answer. Try again, or restart Bellhop." },
    };
  }
}

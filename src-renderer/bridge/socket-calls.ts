import type { CallName, ControlAnswer } from "../../src-shared/control.ts";
import type { Frame } from "./frames.ts";

/** Longer than the gateway waits for Messages to take a message. */
const PATIENCE_MS = 90_000;

const offline: ControlAnswer = {
  ok: false,
  error: { code: "offline", message: "There is no connection to Bellhop. Nothing was done." },
};
/** The question had left: the answer is lost, but it may have been done. */
const cutOff: ControlAnswer = {
  ok: false,
  error: {
    code: "cut_off",
    message: "The connection was lost before an answer came. Look at the last events before you try again.",
  },
};
const late: ControlAnswer = {
  ok: false,
  error: {
    code: "late",
    message: "No answer came within a minute. Look at the last events before you try again.",
  },
};

/** The calls that wait for an answer over whichever socket is open at the time. */
export function socketCalls() {
  let nextId = 1;
  let socket: WebSocket | null = null;
  const waiting = new Map<number, (answer: ControlAnswer) => void>();

  function settle(id: number, answer: ControlAnswer): void {
    const done = waiting.get(id);
    waiting.delete(id);
    done?.(answer);
  }

  return {
    use(open: WebSocket | null): void {
      socket = open;
      if (open === null) for (const id of [...waiting.keys()]) settle(id, cutOff);
    },
    take(frame: Extract<Frame, { kind: "answer" }>): void {
      const { id, ...answer } = frame.answer;
      settle(id, answer);
    },
    call(name: CallName, input: unknown): Promise<ControlAnswer> {
      if (socket === null) return Promise.resolve(offline);
      const id = nextId++;
      const open = socket;
      return new Promise((resolve) => {
        const timer = setTimeout(() => settle(id, late), PATIENCE_MS);
        waiting.set(id, (answer) => {
          clearTimeout(timer);
          resolve(answer);
        });
        open.send(JSON.stringify({ id, call: name, input }));
      });
    },
  };
}

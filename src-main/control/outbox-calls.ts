import type { CallInput, CallName, CallOutput } from "../../src-shared/control.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Outbox } from "../sending/outbox/outbox.ts";
import { sentItem } from "../sending/outbox/sent-item.ts";

/** The calls about what was sent and what waits. */
type Name = Extract<CallName, `outbox${string}`>;

type Answers = { [N in Name]: (input: CallInput<N>) => CallOutput<N> };

/** What the window asks about the outbox, and what a person does to it there. */
export function outboxCalls(outbox: Pick<Outbox, "list" | "get" | "retry" | "cancel">): Answers {
  return {
    "outbox.list": ({ state, before, limit }) =>
      outbox
        .list({
          limit,
          ...(state === undefined ? {} : { state }),
          ...(before === undefined ? {} : { before }),
        })
        .map(sentItem),
    "outbox.get"({ id }) {
      const item = outbox.get(id);
      if (item === null) throw new Fault("not_found", `there is no outbox item ${id}`);
      return sentItem(item);
    },
    "outbox.retry": ({ id }) => sentItem(outbox.retry(id)),
    "outbox.cancel": ({ id }) => sentItem(outbox.cancel(id)),
  };
}

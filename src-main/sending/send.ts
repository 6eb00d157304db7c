import { Fault } from "../../src-shared/faults.ts";
import type { Conversations } from "../reading/conversations.ts";
import type { Messages } from "../reading/messages.ts";
import { addressees } from "./addressees.ts";
import type { HeldKey, Idempotency } from "./idempotency/idempotency.ts";
import { checkOrder } from "./order-checks.ts";
import type { Outbox, SendRequest } from "./outbox/outbox.ts";
import { isSurelyUnsent, type OutboxItem } from "./outbox/outbox-item.ts";
import { sentItem } from "./outbox/sent-item.ts";
import type { Policy } from "./policy/policy.ts";
import type { FileRef, SendOrder, SendReport, SendTerms } from "./send-order.ts";
import type { StagedFile } from "./staging/sendable-file.ts";
import type { Staging } from "./staging/staging.ts";

export type { FileRef, SendOrder, SendReport, SendTerms };

/** Sends truthfully: the report says what chat.db says. */
export interface Sending {
  /**
   * Accepts the order into the outbox and waits for its rows, as long as the terms say. Throws a Fault when the
   * order makes no sense, when nothing can be sent here, when the policy is against it, or when it surely did not
   * leave. The same order under the same idempotency key is told what has become of the first, and has that tried again
   * where nothing of it left for a reason that passes.
   */
  send(order: SendOrder, terms: SendTerms): Promise<SendReport>;
}

type Report = Omit<SendReport, "isReplay">;

/** Sending through `outbox`. */
export function openSending(options: {
  outbox: Pick<Outbox, "accept" | "wait" | "get" | "retry">;
  conversations: Pick<Conversations, "find" | "get">;
  messages: Pick<Messages, "get">;
  staging: Pick<Staging, "stage" | "stageVoice" | "unstage">;
  policy: Pick<Policy, "check" | "left" | "isDryRun">;
  /** Of the country that is meant by numbers that do not say; null where nobody knows. */
  callingCode(): string | null;
  idempotency: Idempotency;
  /** Whether there is an osascript to send with. */
  canSend: boolean;
  /** Why no message can be answered; null where one can. */
  canReply(): Fault | null;
}): Sending {
  const { outbox, staging, policy, idempotency } = options;
  const { chatFor, answered } = addressees(options);

  /** Copies the files, and hands them on; those that are not sent after all do not stay. */
  const withFiles = async ({ attachments, voice }: SendOrder, then: (staged: StagedFile[]) => string) => {
    const staged: StagedFile[] = [];
    try {
      if (voice !== null) staged.push(await staging.stageVoice(voice));
      for (const ref of attachments) staged.push(await staging.stage(ref));
      return then(staged);
    } catch (thrown) {
      for (const { path } of staged) await staging.unstage(path);
      throw thrown;
    }
  };

  // It is for headers alone, and must not make an error of what was accepted.
  const tellLeft = ({ told }: SendTerms, chat: string): void => {
    try {
      told?.(policy.left(chat));
    } catch {
      // What was in the way is thrown by the check, where it matters.
    }
  };

  const settle = async (id: string, waitMs: number): Promise<Report> => {
    const { item, message } = await outbox.wait(id, waitMs);
    // Only where nothing of it has left may the whole be repeated, and the answer be an error that says why.
    if (isSurelyUnsent(item)) throw faultOf(item);
    return { item: sentItem(item), message };
  };

  const refuseWhereNothingSends = (): void => {
    if (options.canSend) return;
    throw new Fault(
      "sender_unavailable",
      "nothing can be sent from a copy of chat.db; start with --osascript FILE, or with --simulate",
    );
  };

  const sendNow = async (order: SendOrder, terms: SendTerms, held: HeldKey | null): Promise<Report> => {
    refuseWhereNothingSends();
    const { service, isDryRun } = order;
    const { isExempt = false } = terms;
    const chat = chatFor(order);
    const replyTo = answered(order, chat);
    const refusal = replyTo === null ? null : options.canReply();
    if (refusal !== null) throw refusal;
    tellLeft(terms, chat);
    // Before files are copied, and again when nothing comes between it and the acceptance.
    policy.check({ chat, isExempt }, "send");
    const id = await withFiles(order, (staged) => {
      policy.check({ chat, isExempt }, "send");
      const dryRun = isDryRun || (!isExempt && policy.isDryRun());
      const parts = partsOf(order.body, staged);
      const request = { chat, service, replyTo, isDryRun: dryRun, isExempt, parts };
      return outbox.accept(request, held?.bind);
    });
    tellLeft(terms, chat);
    return settle(id, terms.waitMs);
  };

  /** Of the item as it is by now; the same item is tried again, so that the order never becomes two. */
  const sendAgain = async (id: string, terms: SendTerms): Promise<Report> => {
    const item = outbox.get(id);
    if (item === null) throw new Fault("not_found", `there is no outbox item ${id}`);
    const { chat, isExempt } = item;
    tellLeft(terms, chat);
    if (isSurelyUnsent(item) && passes(faultOf(item))) {
      refuseWhereNothingSends();
      policy.check({ chat, isExempt }, "send");
      outbox.retry(id);
    }
    const report = await settle(id, terms.waitMs);
    tellLeft(terms, chat);
    return report;
  };

  return {
    async send(order, terms) {
      checkOrder(order);
      const { by, idempotencyKey: key } = terms;
      if (key === null) return { ...(await sendNow(order, terms, null)), isReplay: false };
      const held = idempotency.hold(by, key, order);
      try {
        if (held.used === null) return { ...(await sendNow(order, terms, held)), isReplay: false };
        return { ...(await sendAgain(held.used, terms)), isReplay: true };
      } finally {
        held.release();
      }
    },
  };
}

/** The text exactly as it is, then the files. */
function partsOf(body: string, staged: readonly StagedFile[]): SendRequest["parts"] {
  const files = staged.map(({ path, name, sizeBytes }) => ({
    kind: "file" as const,
    content: path,
    name,
    sizeBytes,
  }));
  if (body === "") return files;
  return [{ kind: "text", content: body, name: null, sizeBytes: Buffer.byteLength(body) }, ...files];
}

/** Why an item of which nothing left did not. */
function faultOf({ id, fault, reason }: OutboxItem): Fault {
  return new Fault(fault ?? "send_failed", reason ?? "it was not sent", { outboxId: id });
}

/** Whether it may be otherwise by the next time: something was not there yet, or the owner's rules were against it. */
const passes = ({ status, code }: Fault): boolean => status === 503 || code.startsWith("policy_");

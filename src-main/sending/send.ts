import { Fault } from "../../src-shared/faults.ts";
import type { Conversations } from "../reading/conversations.ts";
import type { Messages } from "../reading/messages.ts";
import { addressees } from "./addressees.ts";
import type { HeldKey, Idempotency } from "./idempotency.ts";
import type { KeptAnswer } from "./idempotency-store.ts";
import { checkOrder } from "./order-checks.ts";
import type { Outbox, SendRequest } from "./outbox.ts";
import { isSurelyUnsent } from "./outbox-item.ts";
import type { Policy } from "./policy.ts";
import type { FileRef, SendOrder, SendReport, SendTerms } from "./send-order.ts";
import type { StagedFile } from "./sendable-file.ts";
import { sentItem } from "./sent-item.ts";
import type { Staging } from "./staging.ts";

export type { FileRef, SendOrder, SendReport, SendTerms };

/** Sends truthfully: the report says what chat.db says. */
export interface Sending {
  /**
   * Accepts the order into the outbox and waits for its rows, as long as the terms say. Throws a Fault when the
   * order makes no sense, when nothing can be sent here, when the policy is against it, or when it surely did not
   * leave. The same order under the same idempotency key is answered as it was the first time.
   */
  send(order: SendOrder, terms: SendTerms): Promise<SendReport>;
}

type Report = Omit<SendReport, "isReplay">;

/** Sending through `outbox`. */
export function openSending(options: {
  outbox: Pick<Outbox, "accept" | "wait">;
  conversations: Pick<Conversations, "find" | "get">;
  messages: Pick<Messages, "get">;
  staging: Pick<Staging, "stage" | "stageVoice" | "unstage">;
  policy: Policy;
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

  const settle = async (id: string, waitMs: number, held: HeldKey | null): Promise<Report> => {
    const { item, message } = await outbox.wait(id, waitMs);
    // Only where nothing of it has left may the whole be repeated, and the answer be an error that says why.
    if (isSurelyUnsent(item)) {
      const fault = new Fault(item.fault ?? "send_failed", item.reason ?? "it was not sent");
      if (fault.status === 503) held?.free();
      else held?.keep(kept(fault));
      throw fault;
    }
    const report = { item: sentItem(item), message };
    held?.keep(report);
    return report;
  };

  const sendNow = async (order: SendOrder, terms: SendTerms, held: HeldKey | null): Promise<Report> => {
    if (!options.canSend) {
      throw new Fault(
        "sender_unavailable",
        "nothing can be sent from a copy of chat.db; start with --osascript FILE, or with --simulate",
      );
    }
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
      const request = { chat, service, replyTo, isDryRun: dryRun, parts: partsOf(order.body, staged) };
      return outbox.accept(request, held?.bind);
    });
    tellLeft(terms, chat);
    return settle(id, terms.waitMs, held);
  };

  const replay = (held: HeldKey, used: NonNullable<HeldKey["used"]>, waitMs: number): Promise<Report> => {
    const { answer, outboxId } = used;
    if (answer === null) return settle(outboxId, waitMs, held);
    if (!("fault" in answer)) return Promise.resolve(answer);
    const { code, sentence, retryAfter } = answer.fault;
    throw new Fault(code, sentence, retryAfter === null ? {} : { retryAfter });
  };

  return {
    async send(order, terms) {
      checkOrder(order);
      const { by, idempotencyKey: key } = terms;
      if (key === null) return { ...(await sendNow(order, terms, null)), isReplay: false };
      const held = idempotency.hold(by, key, order);
      try {
        if (held.used === null) return { ...(await sendNow(order, terms, held)), isReplay: false };
        const report = await replay(held, held.used, terms.waitMs);
        tellLeft(terms, report.item.conversationId);
        return { ...report, isReplay: true };
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

function kept({ code, message, retryAfter }: Fault): KeptAnswer {
  return { fault: { code, sentence: message, retryAfter: retryAfter ?? null } };
}

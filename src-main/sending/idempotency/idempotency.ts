import { createHash } from "node:crypto";
import { Fault } from "../../../src-shared/faults.ts";
import type { FileRef, SendOrder } from "../send-order.ts";
import type { IdempotencyStore } from "./idempotency-store.ts";

/** Visible ASCII characters, as a header can carry them. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/** Sees to it that what is asked for again under the same key is told of the same item, and not sent a second time. */
export interface Idempotency {
  /**
   * Takes the key for this order until it is released. `by` is whoever asks: a key is their own. Throws
   * `invalid_request` for a key that is none, `idempotency_in_flight` while the first with this key is under way, and
   * `idempotency_key_reused` where it was another order.
   */
  hold(by: string, key: string, order: SendOrder): HeldKey;
}

/** A key while its send is under way. */
export interface HeldKey {
  /** The item that it was used for before; null for a key that is new. */
  used: string | null;
  /** Uses it for this item. To be called in the transaction that adds the item. */
  bind(outboxId: string): void;
  /** Ends it, whatever came of it. */
  release(): void;
}

/** Over the keys of `store`; which are under way is known in memory only, as they end with the process. */
export function openIdempotency(store: IdempotencyStore): Idempotency {
  const underWay = new Map<string, string>();
  return {
    hold(by, key, order) {
      if (!KEY.test(key)) {
        throw new Fault("invalid_request", "Idempotency-Key: must be 1 to 255 visible ASCII characters");
      }
      const name = { by, key };
      const id = JSON.stringify([by, key]);
      const digest = digestOf(order);
      const running = underWay.get(id);
      const used = running === undefined ? store.find(name) : null;
      if ((running ?? used?.digest ?? digest) !== digest) {
        throw new Fault(
          "idempotency_key_reused",
          "Idempotency-Key: another message was sent with this key; take a new key for each message",
        );
      }
      if (running !== undefined) {
        throw new Fault(
          "idempotency_in_flight",
          "Idempotency-Key: the first send with this key is still under way; ask again in a moment",
          { retryAfter: 1 },
        );
      }
      underWay.set(id, digest);
      return {
        used: used?.outboxId ?? null,
        bind: (outboxId) => store.add(name, { digest, outboxId }),
        release: () => void underWay.delete(id),
      };
    },
  };
}

/** SHA-256, in hex, of all that an order says, in a form in which equal orders are equal. */
function digestOf({ recipient, body, attachments, voice, replyTo, service, isDryRun }: SendOrder): string {
  const files = attachments.map(plainRef);
  const all = [recipient, body, files, voice && plainRef(voice), replyTo, service, isDryRun];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex");
}

const plainRef = (ref: FileRef): string[] => ("path" in ref ? ["path", ref.path] : ["file", ref.file]);

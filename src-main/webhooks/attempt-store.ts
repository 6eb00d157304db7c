import { z } from "zod";
import type { Attempt } from "../../src-shared/domain/webhook.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";

/** Of each delivery the first attempts are kept, which tell how the trouble began, and the newest. */
const FIRST_KEPT = 3;
const NEWEST_KEPT = 50;

/** Every request that was made for a delivery, in bellhop.db. What was answered is sealed. */
export interface AttemptStore {
  /** Call it inside the transaction that records what the attempt came to. */
  add(webhookId: string, seq: number, attempt: Attempt): void;
  /** The attempts of one delivery, in order. */
  of(webhookId: string, seq: number): Attempt[];
}

interface AttemptRow {
  number: number;
  at: number;
  took_ms: number;
  status: number | null;
  error: string | null;
  request_headers: string;
  sealed_answer: Buffer | null;
}

const isSuccess = (status: number | null): boolean => status !== null && status >= 200 && status < 300;

/** As much as is kept of an answer's headers, in characters. */
const MOST_HEADERS = 2_048;

/** The first of them, as far as there is room. */
function few(headers: Readonly<Record<string, string>>): Record<string, string> {
  let left = MOST_HEADERS;
  const kept = Object.entries(headers).filter(([name, value]) => {
    left -= name.length + value.length;
    return left >= 0;
  });
  return Object.fromEntries(kept);
}

const Headers = z.record(z.string(), z.string());
const Answer = z.object({ headers: Headers, text: z.string() });

/** Opens the attempts. They go with their delivery. */
export function openAttemptStore(database: Database, vault: Vault): AttemptStore {
  const insert = database.prepare(
    `INSERT INTO attempt (webhook_id, seq, number, at, took_ms, status, error, request_headers, sealed_answer)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const thin = database.prepare(
    `DELETE FROM attempt WHERE webhook_id = ? AND seq = ? AND number > ${FIRST_KEPT} AND number <= ?`,
  );
  const all = database.prepare<[string, number], AttemptRow>(
    "SELECT * FROM attempt WHERE webhook_id = ? AND seq = ? ORDER BY number",
  );
  const answerOf = ({ status, sealed_answer: sealed }: AttemptRow): Attempt["answer"] => {
    if (sealed !== null) return Answer.parse(JSON.parse(vault.open(sealed)));
    return isSuccess(status) ? { headers: {}, text: "" } : null;
  };
  return {
    add(webhookId, seq, { number, at, tookMs, status, error, requestHeaders, answer }) {
      // Most are empty and say that all is well: there is nothing in them that the status does not tell.
      const isWorthIt = answer !== null && !(answer.text === "" && isSuccess(status));
      const sealed = isWorthIt
        ? vault.seal(JSON.stringify({ ...answer, headers: few(answer.headers) }))
        : null;
      const headers = JSON.stringify(requestHeaders);
      insert.run(webhookId, seq, number, at, tookMs, status, error, headers, sealed);
      const past = number - NEWEST_KEPT;
      if (past > FIRST_KEPT) thin.run(webhookId, seq, past);
    },
    of: (webhookId, seq) =>
      all.all(webhookId, seq).map((row) => ({
        number: row.number,
        at: row.at,
        tookMs: row.took_ms,
        status: row.status,
        error: row.error,
        requestHeaders: Headers.parse(JSON.parse(row.request_headers)),
        answer: answerOf(row),
      })),
  };
}

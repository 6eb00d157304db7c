import { z } from "zod";

/** Every way a call can be refused, with its HTTP status. The words for a person are given where it happens. */
export const FAULTS = {
  invalid_request: 400,
  unauthorized: 401,
  host_not_allowed: 403,
  origin_not_allowed: 403,
  path_not_allowed: 403,
  policy_paused: 403,
  policy_allow_list: 403,
  policy_contact_first: 403,
  policy_hourly_cap: 403,
  policy_recipient_cap: 403,
  not_found: 404,
  target_not_found: 404,
  method_not_allowed: 405,
  service_unavailable: 409,
  idempotency_in_flight: 409,
  cancelled: 409,
  conflict: 409,
  cursor_expired: 410,
  precondition_failed: 412,
  payload_too_large: 413,
  unsupported_media: 415,
  range_not_satisfiable: 416,
  idempotency_key_reused: 422,
  upgrade_required: 426,
  rate_limited: 429,
  internal: 500,
  send_failed: 500,
  script_error: 500,
  feature_unavailable: 501,
  messages_error: 502,
  automation_denied: 503,
  automation_not_determined: 503,
  accessibility_denied: 503,
  messages_not_running: 503,
  sender_unavailable: 503,
  reading_unavailable: 503,
  storage_unavailable: 503,
  busy: 503,
  shutting_down: 503,
} as const;
export type FaultCode = keyof typeof FAULTS;
export const FaultCode = z.enum(Object.keys(FAULTS) as [FaultCode, ...FaultCode[]]);

/** The one error class that crosses module boundaries: a code for programs, a sentence for people. */
export class Fault extends Error {
  readonly code: FaultCode;
  /** Seconds after which another try makes sense. */
  readonly retryAfter: number | undefined;
  /** The outbox item that it is about. */
  readonly outboxId: string | undefined;

  constructor(
    code: FaultCode,
    sentence: string,
    options: { cause?: unknown; retryAfter?: number; outboxId?: string } = {},
  ) {
    super(sentence, { cause: options.cause });
    this.name = "Fault";
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.outboxId = options.outboxId;
  }

  get status(): number {
    return FAULTS[this.code];
  }
}

/** Any thrown thing as a Fault; what is not one becomes `internal` without leaking its text. */
export function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  return new Fault("internal", "something went wrong inside Bellhop; its log says what", { cause: thrown });
}

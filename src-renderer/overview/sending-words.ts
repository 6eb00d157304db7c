import type { Status } from "../../src-shared/status.ts";

/** What is true of a message before it is sent. */
export interface Outlook {
  canSend: boolean;
  words: string;
}

const WAITS: Record<"paused" | "automation_denied" | "reading_off", string> = {
  paused: "Sending is paused: the message waits in the outbox until you resume.",
  automation_denied: "Automation is off: Messages refuses it until it is on.",
  reading_off: "Reading is off: nothing can be sent until it is back.",
};

/** Whether a message can be sent now, or why not, or that it will wait. */
export function outlook(status: Status, recipient: string, body: string): Outlook {
  const { problem } = status.sending;
  if (problem === "no_sender")
    return { canSend: false, words: "This computer has no Messages to send with." };
  if (problem === "reading_off") return { canSend: false, words: WAITS.reading_off };
  if (recipient.trim() === "")
    return {
      canSend: false,
      words: problem === null ? "Say who it goes to: a phone number or an email address." : WAITS[problem],
    };
  if (body.trim() === "")
    return { canSend: false, words: problem === null ? "Write a message." : WAITS[problem] };
  if (problem !== null) return { canSend: true, words: WAITS[problem] };
  const isSimulated = status.mode === "simulated";
  return {
    canSend: true,
    words: isSimulated ? "Goes to simulated Messages: nobody is texted." : "Goes out as a real message.",
  };
}

/** What running the self-test does. It can be run whatever is wrong: that is what it is for. */
export function selfTestOutlook(status: Status): string {
  if (status.mode === "simulated") return "Goes to simulated Messages: nobody is texted.";
  if (status.permissions.automation === "unknown")
    return "Goes out as a real message to yourself. macOS may ask whether Bellhop may control Messages: allow it.";
  return "Goes out as a real message to yourself, and takes a few seconds.";
}

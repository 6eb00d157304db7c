import type { Status } from "../status.ts";
import { sinceWords } from "./moments.ts";
import { spelledWords } from "./numbers.ts";

/** A sentence that starts with the name of what it is about, which is drawn strong. */
export interface NamedSentence {
  subject: string | null;
  sentence: string;
}

function othersWords(others: number): string {
  if (others === 0) return "";
  if (others === 1) return " The other one is well.";
  return ` The other ${spelledWords(others)} are well.`;
}

/** How deliveries go: "home-assistant has answered 502 since 13:58. The other two are well." */
export function webhookWords(status: Status, now: number, timeZone?: string): NamedSentence {
  const { total, failing } = status.webhooks;
  const [first] = failing;
  if (first === undefined) {
    const all = [
      "None yet. An endpoint that is added is told of the events it asks for.",
      "The one endpoint is delivering.",
      "Both are delivering.",
    ];
    return { subject: null, sentence: all[total] ?? `All ${spelledWords(total)} are delivering.` };
  }
  const since = sinceWords(first.since, now, timeZone);
  const did = first.status === null ? `has not answered` : `has answered ${first.status}`;
  if (failing.length > 1) {
    const more = failing.length - 1;
    return {
      subject: first.name,
      sentence: `${first.name} ${did} since ${since}, and ${more === 1 ? "one more fails" : `${spelledWords(more)} more fail`}.${othersWords(total - failing.length)}`,
    };
  }
  return {
    subject: first.name,
    sentence: `${first.name} ${did} since ${since}.${othersWords(total - 1)}`,
  };
}

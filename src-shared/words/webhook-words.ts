import type { Status } from "../status.ts";
import { atWords, sinceWords } from "./moments.ts";
import { capital, spelledWords } from "./numbers.ts";

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

/** Which endpoint is told of nothing any more although nobody chose that: "n8n is gone: it answered 410 on Friday at 08:12." */
function switchedOffWords(status: Status, now: number, timeZone?: string): NamedSentence | null {
  const { switchedOff } = status.webhooks;
  const [first] = switchedOff;
  if (first === undefined) return null;
  const when = atWords(first.at, now, timeZone);
  const more = switchedOff.length - 1;
  const others =
    more === 0 ? "" : ` ${more === 1 ? "One more is" : `${capital(spelledWords(more))} more are`} off.`;
  const sentence =
    first.because === "gone"
      ? `${first.name} is off: it answered ${when} that it is gone (410).${others}`
      : `${first.name} is off: Bellhop gave it up ${when}, after days of failing.${others}`;
  return { subject: first.name, sentence };
}

/** How deliveries go: "home-assistant has answered 502 since 13:58. The other two are well." */
export function webhookWords(status: Status, now: number, timeZone?: string): NamedSentence {
  const { on, off, failing } = status.webhooks;
  const [first] = failing;
  if (first === undefined) {
    const gone = switchedOffWords(status, now, timeZone);
    if (gone !== null) return gone;
    if (on === 0 && off > 0) return { subject: null, sentence: "None is switched on." };
    const all = [
      "None yet. An endpoint that is added is told of the events it asks for.",
      "The one endpoint is delivering.",
      "Both are delivering.",
    ];
    return { subject: null, sentence: all[on] ?? `All ${spelledWords(on)} are delivering.` };
  }
  const since = sinceWords(first.since, now, timeZone);
  const did = first.status === null ? `has not answered` : `has answered ${first.status}`;
  if (failing.length > 1) {
    const more = failing.length - 1;
    return {
      subject: first.name,
      sentence: `${first.name} ${did} since ${since}, and ${more === 1 ? "one more fails" : `${spelledWords(more)} more fail`}.${othersWords(on - failing.length)}`,
    };
  }
  return {
    subject: first.name,
    sentence: `${first.name} ${did} since ${since}.${othersWords(on - 1)}`,
  };
}

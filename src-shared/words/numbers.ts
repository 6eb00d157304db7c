const SPELLED = "no one two three four five six seven eight nine ten eleven twelve".split(" ");
/** Before every group of three digits. Intl takes twenty times as long, and the log has a figure in every line. */
const GROUPS = /\B(?=(?:\d{3})+$)/g;

/** "214,806". */
export function figureWords(count: number): string {
  return String(Math.round(count)).replace(GROUPS, ",");
}

/** "1 message", "214,806 messages". */
export function countWords(count: number, thing: string): string {
  return `${figureWords(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** A number inside a sentence: "four" up to twelve, figures beyond. */
export function spelledWords(count: number): string {
  return SPELLED[count] ?? figureWords(count);
}

/** The same at the head of a sentence: "Four". */
export function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** Milliseconds as a person reads them: "9 ms", "0.4 ms", "1.2 s". */
export function durationWords(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms > 0 && ms < 1) return `${ms.toFixed(1)} ms`;
  return `${Math.round(ms)} ms`;
}

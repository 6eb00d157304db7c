/** Where a file stands in the text; a person cannot write it. */
const FILES = /\ufffc/g;
/** Where an app's balloon or a breadcrumb stands. A person's own text may hold one, and then it is theirs. */
const ALL = /[\ufffc\ufffd]/g;

/** A text as a message's `body` has it. Of what an app wrote (`isApp`), also without the places of its balloons. */
export function withoutPlaceholders(text: string, isApp = false): string {
  return hasPlaceholders(text, isApp) ? text.replaceAll(isApp ? ALL : FILES, "") : text;
}

/** Whether a file or, in what an app wrote, a balloon stands in it. */
export function hasPlaceholders(text: string, isApp = false): boolean {
  return text.includes("\ufffc") || (isApp && text.includes("\ufffd"));
}

/** What a decoded text says: null for a message that is nothing but its attachments. */
export function bareText(text: string, isApp = false): string | null {
  const bare = withoutPlaceholders(text, isApp);
  return bare !== text && bare.trim() === "" ? null : bare;
}

/** Where an attachment, an app's balloon or a breadcrumb stands in the text. */
const PLACEHOLDERS = /[\ufffc\ufffd]/g;

/** A text as a message's `body` has it. */
export function withoutPlaceholders(text: string): string {
  return hasPlaceholders(text) ? text.replaceAll(PLACEHOLDERS, "") : text;
}

/** Whether an attachment or the like stands in it. */
export function hasPlaceholders(text: string): boolean {
  return text.includes("\ufffc") || text.includes("\ufffd");
}

/** What a decoded text says: null for a message that is nothing but its attachments. */
export function bareText(text: string): string | null {
  const bare = withoutPlaceholders(text);
  return bare !== text && bare.trim() === "" ? null : bare;
}

/** Largest file that is taken in or sent, in bytes. */
export const LARGEST_FILE = 100 * 1024 * 1024;
/** What uploaded files may take on the disk all together, in bytes. */
export const MOST_BYTES = 2 * 1024 * 1024 * 1024;
/** How long an uploaded file is kept, in ms. */
export const KEEP_MS = 60 * 60 * 1_000;

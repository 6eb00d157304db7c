import { dirname, join } from "node:path";

/** The folder of the checkout. */
export const root = dirname(import.meta.dirname);

/** A path inside the checkout. */
export const inRoot = (...parts: string[]): string => join(root, ...parts);

/** Tells the person what is being done. */
export type Say = (line: string) => void;

/** Says it on standard output. */
export const say: Say = (line) => console.log(line);

import { setFlagsFromString } from "node:v8";

/**
 * For whoever starts a gateway, to be imported before anything else: keeps V8's space for young objects at the
 * megabyte it begins with, instead of letting a page of messages make it grow to sixteen that are never given
 * back, and has V8 prefer memory to the last few percent of speed. Worth 30 MB of resident memory. Electron and
 * Node take both at runtime, so they hold however the program was started.
 */
for (const flag of ["--semi-space-growth-factor=1", "--optimize-for-size"]) setFlagsFromString(flag);

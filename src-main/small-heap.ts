import { setFlagsFromString } from "node:v8";

/**
 * For whoever starts a gateway, to be imported before anything else: keeps V8's space for young objects at the
 * megabyte it begins with, instead of letting a page of messages make it grow to sixteen that are never given
 * back. Worth 30 MB of resident memory; a collection then comes more often and takes a fraction of the time.
 * Electron and Node take it at runtime, so it holds however the program was started.
 */
setFlagsFromString("--semi-space-growth-factor=1");

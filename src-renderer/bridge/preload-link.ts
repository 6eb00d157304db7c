import type { ControlBridge } from "../../src-shared/control.ts";
import type { Link } from "./link.ts";

declare global {
  interface Window {
    /** What the preload exposes; missing in a browser. */
    bellhop?: ControlBridge;
  }
}

/** The link within Electron: the preload's two functions, and a connection that cannot be lost. */
export function preloadLink(bridge: ControlBridge): Link {
  return {
    bridge,
    connection: () => ({ state: "open" }),
    watch: () => () => {},
    retryNow: () => {},
  };
}

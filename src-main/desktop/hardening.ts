import { app, type Session, session, shell, type WebContents } from "electron";
import { PANES } from "../../src-shared/panes.ts";
import { WINDOW_ORIGIN } from "./renderer-files.ts";

/** Ways for another program to steer ours from outside. */
const DEBUGGING_SWITCHES = [
  "remote-debugging-port",
  "remote-debugging-pipe",
  "remote-debugging-address",
  "inspect",
  "inspect-brk",
  "inspect-port",
];

/** The switch with which somebody asks to debug the app; the installed app does not start with one. */
export function debuggingSwitch(hasSwitch: (name: string) => boolean): string | null {
  return DEBUGGING_SWITCHES.find(hasSwitch) ?? null;
}

/** Holds for whatever page the app may ever show: it stays where it is, opens nothing and is granted nothing. */
export function denyByDefault(): void {
  app.on("web-contents-created", (_event, contents) => confine(contents));
  app.whenReady().then(() => grantNothing(session.defaultSession));
}

const PANE_ADDRESSES: ReadonlySet<string> = new Set(Object.values(PANES));

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
  contents.on("will-attach-webview", (event) => event.preventDefault());
  // Reload is no way out; anything else is.
  contents.on("will-frame-navigate", (event) => {
    if (event.isMainFrame && event.url.startsWith(`${WINDOW_ORIGIN}/`)) return;
    event.preventDefault();
    // The panes of System Settings are opened beside it, when their link is pressed.
    if (event.isMainFrame && PANE_ADDRESSES.has(event.url)) void shell.openExternal(event.url);
  });
  contents.on("will-redirect", (event) => event.preventDefault());
}

function grantNothing(of: Session): void {
  of.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  of.setPermissionCheckHandler(() => false);
  of.setDevicePermissionHandler(() => false);
  of.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  of.on("will-download", (event) => event.preventDefault());
}

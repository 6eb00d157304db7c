import { type IpcMainInvokeEvent, ipcMain } from "electron";
import type { ControlAnswer, Push } from "../../src-shared/control.ts";
import { CALL, PUSH } from "./channels.ts";
import { WINDOW_ORIGIN } from "./renderer-files.ts";
import type { SettingsWindow } from "./window.ts";

/** What the window is connected to: it parses every input itself. */
export interface ControlSide {
  call(name: string, input: unknown): Promise<ControlAnswer>;
  subscribe(listener: (push: Push) => void): () => void;
}

const REFUSED: ControlAnswer = {
  ok: false,
  error: { code: "forbidden", message: "only Bellhop's own window may ask this" },
};

/** Connects the window with control; returns how to end it. Anybody but the window's own page is refused. */
export function connectWindow(window: SettingsWindow, control: ControlSide): () => void {
  ipcMain.handle(CALL, (event, name: unknown, input: unknown): Promise<ControlAnswer> | ControlAnswer => {
    if (!isOurPage(event, window)) return REFUSED;
    return control.call(typeof name === "string" ? name : "", input);
  });
  const unsubscribe = control.subscribe((push) => {
    const contents = window.current()?.webContents;
    if (contents && !contents.isDestroyed() && contents.mainFrame.origin === WINDOW_ORIGIN) {
      contents.send(PUSH, push);
    }
  });
  return () => {
    unsubscribe();
    ipcMain.removeHandler(CALL);
  };
}

/** The main frame of our own window, and still at our own address. */
function isOurPage(event: IpcMainInvokeEvent, window: SettingsWindow): boolean {
  const contents = window.current()?.webContents;
  const frame = event.senderFrame;
  if (!contents || !frame || event.sender !== contents) return false;
  return frame === contents.mainFrame && frame.origin === WINDOW_ORIGIN;
}

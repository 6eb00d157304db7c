import { app, BrowserWindow } from "electron";
import { WINDOW_ORIGIN } from "./renderer-files.ts";

/** The one window. It is made when first shown, and closing it only hides it. */
export interface SettingsWindow {
  show(): void;
  /** The window, if it has been made. */
  current(): BrowserWindow | null;
  /** From now on closing closes, since the app is quitting. */
  letGo(): void;
}

/** The window over a preload script. */
export function settingsWindow(preload: string): SettingsWindow {
  let window: BrowserWindow | null = null;
  let quitting = false;

  const make = (): BrowserWindow => {
    const made = new BrowserWindow(windowOptions(preload));
    made.removeMenu();
    made.on("close", (event) => {
      if (quitting) return;
      event.preventDefault();
      made.hide();
    });
    made.on("show", () => void app.dock?.show());
    made.on("hide", () => app.dock?.hide());
    made.on("closed", () => {
      window = null;
    });
    made.once("ready-to-show", () => made.show());
    void made.loadURL(`${WINDOW_ORIGIN}/`);
    return made;
  };

  return {
    show() {
      if (!window) {
        window = make();
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    current: () => window,
    letGo() {
      quitting = true;
    },
  };
}

function windowOptions(preload: string): Electron.BrowserWindowConstructorOptions {
  const onMac: Electron.BrowserWindowConstructorOptions =
    process.platform === "darwin"
      ? { titleBarStyle: "hiddenInset", vibrancy: "sidebar", visualEffectState: "followWindow" }
      : {};
  return {
    title: "Bellhop",
    width: 1040,
    height: 720,
    minWidth: 760,
    minHeight: 520,
    show: false,
    fullscreenable: false,
    ...onMac,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: !app.isPackaged,
    },
  };
}

import { contextBridge, ipcRenderer } from "electron";
import type { ControlBridge } from "../src-shared/control.ts";
import { CALL, PUSH } from "./desktop/channels.ts";

/** The whole of what the page can reach: two functions, and neither hands out anything of Electron's. */
const bridge: ControlBridge = {
  call: (name, input) => ipcRenderer.invoke(CALL, name, input),
  subscribe(listener) {
    const tell = (_event: unknown, push: Parameters<typeof listener>[0]) => listener(push);
    ipcRenderer.on(PUSH, tell);
    return () => void ipcRenderer.off(PUSH, tell);
  },
};

contextBridge.exposeInMainWorld("bellhop", bridge);

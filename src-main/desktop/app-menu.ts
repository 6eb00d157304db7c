import { Menu } from "electron";

/** The menu bar while the window is open; without it ⌘C, ⌘V, ⌘W and ⌘Q would do nothing. */
export function setAppMenu(): void {
  if (process.platform !== "darwin") {
    Menu.setApplicationMenu(null);
    return;
  }
  const menu = Menu.buildFromTemplate([
    {
      label: "Bellhop",
      submenu: [
        { role: "about", label: "About Bellhop" },
        { type: "separator" },
        { role: "hide", label: "Hide Bellhop" },
        { role: "hideOthers" },
        { role: "unhide" },
        { type: "separator" },
        { role: "quit", label: "Quit Bellhop" },
      ],
    },
    { role: "editMenu" },
    { label: "Window", submenu: [{ role: "close" }, { role: "minimize" }, { role: "zoom" }] },
  ]);
  Menu.setApplicationMenu(menu);
}

// First of all: what is imported after it grows the heap.
import "./small-heap.ts";
import { join } from "node:path";
import { app } from "electron";
import Store from "electron-store";
import { isTrusted } from "./desktop/accessibility.ts";
import { setAppMenu } from "./desktop/app-menu.ts";
import { declareAppScheme, serveAppScheme } from "./desktop/app-scheme.ts";
import { offerToTests } from "./desktop/for-tests.ts";
import { debuggingSwitch, denyByDefault } from "./desktop/hardening.ts";
import { connectWindow } from "./desktop/ipc.ts";
import { ownEnvironment, ownFlags } from "./desktop/own-flags.ts";
import { stopBeforeQuit } from "./desktop/quitting.ts";
import { becomeOnlyInstance } from "./desktop/single-instance.ts";
import { failToStart } from "./desktop/start-failure.ts";
import { systemKeychain } from "./desktop/system-keychain.ts";
import { showTray } from "./desktop/tray.ts";
import { trayActions } from "./desktop/tray-actions.ts";
import { settingsWindow } from "./desktop/window.ts";
import { launchGateway, readLaunchOptions } from "./launch.ts";
import { realPorts } from "./ports/real.ts";

/** Built, this file is dist/main.js; what it loads lies beside it, and the icons one folder up. */
const built = import.meta.dirname;

/** The menu-bar app: a gateway, an icon, and a window that is there when it is wanted. */
async function start(): Promise<void> {
  app.setName("Bellhop");
  const debugging = app.isPackaged && debuggingSwitch((name) => app.commandLine.hasSwitch(name));
  if (debugging) throw new Error(`--${debugging} is not for the installed app; leave it out`);
  const options = readLaunchOptions(
    ownFlags(process.argv, app.isPackaged),
    ownEnvironment(process.env, app.isPackaged),
  );
  const window = settingsWindow(join(built, "preload.cjs"));
  let isUp = false;
  becomeOnlyInstance(options.dataDir, () => isUp && window.show());
  declareAppScheme();
  denyByDefault();
  // Hidden until a window is open, also when it is not installed and so has no LSUIElement.
  app.dock?.hide();
  app.on("window-all-closed", () => {});
  app.on("activate", () => isUp && window.show());
  await app.whenReady();

  const gateway = await launchGateway(
    {
      ...options,
      program: import.meta.filename,
      serveUi: false,
      canRunNode: !app.isPackaged,
      isTrusted,
      keychain: systemKeychain(),
      settingsFile: new Store({ cwd: options.dataDir, name: "config", configFileMode: 0o600 }),
    },
    realPorts(),
  );
  setAppMenu();
  serveAppScheme(join(built, "renderer"));
  const disconnect = connectWindow(window, gateway.control);
  const press = trayActions(gateway.control, window);
  const tray = showTray(join(built, "..", "resources", "icons"), gateway.control, press);
  stopBeforeQuit(async () => {
    window.letGo();
    disconnect();
    tray.end();
    await gateway.stop();
  });
  offerToTests(tray, press);
  isUp = true;
  if (!wasOpenedByTheSystem()) window.show();
}

/** At login the icon is enough; whoever opens the app wants to see it. */
function wasOpenedByTheSystem(): boolean {
  return process.platform === "darwin" && app.getLoginItemSettings().wasOpenedAtLogin;
}

start().catch(failToStart);

import { join } from "node:path";
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from "electron";
import { EventLine, type Push } from "../../src-shared/control.ts";
import type { Status } from "../../src-shared/status.ts";
import type { Shape } from "../../src-shared/words/shapes.ts";
import { statusWords } from "../../src-shared/words/status-words.ts";
import type { ControlSide } from "./ipc.ts";
import { type TrayAction, type TrayRow, type TrayState, trayGroups } from "./tray-menu.ts";

const ICONS: Readonly<Record<Shape, string>> = {
  well: "trayRunningTemplate.png",
  attention: "trayAttentionTemplate.png",
  paused: "trayPausedTemplate.png",
  stopped: "trayStoppedTemplate.png",
};
const EVENTS_KEPT = 5;

/** The tray as it stands. */
export interface TrayHandle {
  /** The rows as they are drawn; an empty label is a line between groups. */
  rows(): readonly TrayRow[];
  shape(): Shape;
  end(): void;
}

/** What the tray needs of the gateway. */
export interface TrayControl extends ControlSide {
  status(): Status;
}

/** Puts the icon into the menu bar and keeps icon and menu as the gateway is. */
export function showTray(icons: string, control: TrayControl, act: (action: TrayAction) => void): TrayHandle {
  let state: TrayState = { status: control.status(), events: [] };
  let drawn = "";
  let shape: Shape = statusWords(state.status, Date.now()).shape;
  const tray = new Tray(iconFor(icons, shape));

  const draw = () => {
    const words = statusWords(state.status, Date.now());
    if (words.shape !== shape) tray.setImage(iconFor(icons, words.shape));
    shape = words.shape;
    const rows = withLines(trayGroups(state, Date.now()));
    // A menu that is set anew closes under the pointer, so only when a row has changed.
    const now = JSON.stringify(rows);
    if (now === drawn) return;
    drawn = now;
    tray.setToolTip(`Bellhop: ${words.short}`);
    tray.setContextMenu(Menu.buildFromTemplate(rows.map((row) => itemFor(row, act))));
  };

  const end = control.subscribe((push) => {
    state = after(state, push);
    draw();
  });
  void recentEvents(control).then((events) => {
    const told = new Set(state.events.map((event) => event.id));
    const older = events.filter((event) => !told.has(event.id));
    state = { ...state, events: [...state.events, ...older].slice(0, EVENTS_KEPT) };
    if (!tray.isDestroyed()) draw();
  });
  draw();

  return {
    rows: () => JSON.parse(drawn),
    shape: () => shape,
    end() {
      end();
      tray.destroy();
    },
  };
}

function after(state: TrayState, push: Push): TrayState {
  if (push.push === "status") return { ...state, status: push.value };
  if (push.push === "event") {
    return { ...state, events: [push.value, ...state.events].slice(0, EVENTS_KEPT) };
  }
  return state;
}

async function recentEvents(control: TrayControl): Promise<EventLine[]> {
  const answer = await control.call("events.recent", { limit: EVENTS_KEPT });
  return answer.ok ? EventLine.array().parse(answer.value) : [];
}

const LINE: TrayRow = { label: "", action: null };

function withLines(groups: readonly (readonly TrayRow[])[]): TrayRow[] {
  return groups.flatMap((rows, index) => (index === 0 ? rows : [LINE, ...rows]));
}

function itemFor(row: TrayRow, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  const { label, sublabel, accelerator, action } = row;
  if (label === "") return { type: "separator" };
  return {
    label,
    enabled: action !== null,
    ...(sublabel !== undefined && { sublabel }),
    ...(accelerator !== undefined && { accelerator }),
    click: () => {
      if (action) act(action);
    },
  };
}

function iconFor(folder: string, shape: Shape): Electron.NativeImage {
  const image = nativeImage.createFromPath(join(folder, ICONS[shape]));
  image.setTemplateImage(true);
  return image;
}

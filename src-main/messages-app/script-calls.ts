import type { Action, SendContent, SendTarget } from "./messages-app.ts";

/** One of the fixed scripts of `resources/applescript`, with what goes into it. */
export interface ScriptCall {
  /** Its file's name. */
  script: string;
  /** In the order that the script's first lines name; any text, as it is. */
  args: readonly string[];
  /** What it prints when it has done its work. */
  says: "sent" | "done" | "on";
  /** Whether it works in Messages' window by Accessibility, or sends Messages Apple events. */
  by: "window" | "events";
}

/** How something is sent: to a chat or a person, or in the window as an answer to a bubble, whatever the target. */
export function sendCall(target: SendTarget, content: SendContent): ScriptCall {
  if (content.kind === "text" && content.replyTo !== null) {
    const { guid, text } = content.replyTo;
    return inWindow("reply", [guid, text, content.text], "sent");
  }
  const what = content.kind === "text" ? content.text : content.path;
  const [to, args] = addressed(target);
  const script = `send-${content.kind}-to-${to}.applescript`;
  return { script, args: [...args, what], says: "sent", by: "events" };
}

/** RCS is named in scripts of its own: where Messages' dictionary lacks it, they cannot be compiled. */
function addressed(target: SendTarget): [string, string[]] {
  if (target.kind === "chat") return ["chat", [target.guid]];
  if (target.service === "RCS") return ["rcs-participant", [target.address]];
  return ["participant", [target.address, target.service]];
}

/** Whether this Mac's Messages must know RCS for it. */
export function namesRcs(call: ScriptCall): boolean {
  return call.script.endsWith("-to-rcs-participant.applescript");
}

/** How an action is done. */
export function actionCall(action: Action): ScriptCall {
  switch (action.do) {
    case "react": {
      const { on, tapback, remove } = action;
      return inWindow("react", [on.guid, on.text, tapback, remove ? "remove" : "add"]);
    }
    case "edit":
      return inWindow("edit", [action.on.guid, action.on.text, action.text]);
    case "unsend":
      return inWindow("unsend", [action.on.guid, action.on.text]);
    case "read":
      return inWindow("mark-read", threadArguments(action.thread));
    case "typing":
      return inWindow("typing", [...threadArguments(action.thread), action.isTyping ? "on" : "off"]);
  }
}

function threadArguments(thread: Extract<Action, { do: "read" }>["thread"]): string[] {
  // One title a line: a line's end within a title is none.
  const titles = thread.titles.map((title) => title.replace(/[\r\n\u2028\u2029]+/g, " "));
  return [thread.guid, thread.address ?? "", titles.join("\n")];
}

/** How macOS is asked whether Messages may be controlled. */
export const ASK_AUTOMATION: ScriptCall = {
  script: "ask-automation.applescript",
  args: [],
  says: "on",
  by: "events",
};

function inWindow(name: string, args: string[], says: "sent" | "done" = "done"): ScriptCall {
  return { script: `${name}.applescript`, args, says, by: "window" };
}

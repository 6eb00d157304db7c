/** What AppleScript says for its numbers; the apostrophes are typographic, as on a Mac. */
const WORDING: Readonly<Record<number, string>> = {
  [-600]: "Messages got an error: Application isn’t running.",
  [-609]: "Messages got an error: Connection is invalid.",
  [-1700]: "Messages got an error: Can’t make some data into the expected type.",
  [-1712]: "Messages got an error: AppleEvent timed out.",
  [-1719]: "Messages got an error: Can’t get account 1 whose service type = SMS. Invalid index.",
  [-1728]: "Messages got an error: Can’t get chat id.",
  [-1744]: "Messages got an error: A privacy violation occurred.",
  [-1743]: "Not authorized to send Apple events to Messages.",
  [-2700]: "Script error.",
  [-2741]: "Expected end of line but found identifier.",
  [-2753]: "The variable theAccount is not defined.",
  [-10000]: "Messages got an error: AppleEvent handler failed.",
  [-10002]: "Messages got an error: Invalid key form.",
  [-25211]: "osascript is not allowed assistive access.",
};

const SYNTAX = -2741;

/** The message that goes with an AppleScript error number. */
export function wordingOf(code: number): string {
  return WORDING[code] ?? `Messages got an error: An error of type ${code} has occurred.`;
}

/** The line osascript prints on stderr when a script file ends with an error. */
export function executionError(script: string, code: number, message = wordingOf(code)): string {
  const kind = code === SYNTAX ? "syntax" : "execution";
  return `${script}:1024:1088: ${kind} error: ${message} (${code})\n`;
}

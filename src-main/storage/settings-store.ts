import { Settings } from "../../src-shared/settings.ts";

/** What `conf` and `electron-store` have in common: one JSON file of plain values. */
export interface SettingsFile {
  store: Record<string, unknown>;
  set(values: Record<string, unknown>): void;
}

/** The settings as they hold now. */
export interface SettingsStore {
  current(): Settings;
  /** Keeps the change in config.json; it holds at once. */
  change(values: Partial<Settings>): Settings;
}

/**
 * Settings out of config.json, with `overrides` (flags, environment) on top for this run only.
 * A name or a value in the file that makes no sense counts as absent; `complain` is told so in a sentence.
 */
export function openSettings(
  file: SettingsFile,
  overrides: Partial<Settings>,
  complain: (sentence: string) => void = () => {},
): SettingsStore {
  const kept = sensible(file.store, complain);
  let current = Settings.parse({ ...kept, ...overrides });
  return {
    current: () => current,
    change(values) {
      const changed = Settings.parse({ ...current, ...values });
      file.set(values);
      current = changed;
      return current;
    },
  };
}

/** What holds in place of a value that makes no sense where the default would allow more than was meant. */
const CLOSED: Partial<Settings> = {
  egressAllowed: [""],
  mayWriteTo: "listed",
  mayWriteToListed: [],
  sendsPerHour: 1,
  sendsPerHourToOne: 1,
  dryRun: true,
  sendingPausedAt: 0,
  allowedFolders: ["/dev/null"],
};
/** The same in words. */
const CLOSED_WORDS: Readonly<Record<string, string>> = {
  egressAllowed: "nothing is sent anywhere",
  mayWriteTo: "only those in mayWriteToListed may be written to",
  mayWriteToListed: "nobody is listed",
  sendsPerHour: "it is one an hour",
  sendsPerHourToOne: "it is one an hour",
  dryRun: "every send is a dry run",
  sendingPausedAt: "sending is paused",
  allowedFolders: "no file is sent by path",
};

function sensible(
  stored: Record<string, unknown>,
  complain: (sentence: string) => void,
): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(stored)) {
    if (!(name in Settings.shape)) complain(`${name} is no setting`);
  }
  for (const [name, schema] of Object.entries(Settings.shape)) {
    if (!(name in stored)) continue;
    const value = schema.safeParse(stored[name]);
    if (value.success) kept[name] = value.data;
    else if (name in CLOSED) {
      kept[name] = Reflect.get(CLOSED, name);
      complain(`${name}: ${value.error.issues[0]?.message}; until that is corrected, ${CLOSED_WORDS[name]}`);
    } else complain(`${name}: ${value.error.issues[0]?.message ?? "makes no sense"}; the default is used`);
  }
  return kept;
}

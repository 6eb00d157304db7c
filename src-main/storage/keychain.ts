/** Who keeps a data folder, told by the file its key lies in. */
export const KEY_FILES = {
  "data.key": "Bellhop in the terminal",
  "data.key.wrapped": "the menu-bar app",
} as const;

/** Protects the one data key at rest: the Keychain in the app, file modes alone under plain Node. */
export interface Keychain {
  /** In which file of the data folder the wrapped key lies; another one for each kind of keychain. */
  keyFile: keyof typeof KEY_FILES;
  wrap(key: Uint8Array): Uint8Array;
  /** Throws when what is stored was not wrapped by this keychain. */
  unwrap(stored: Uint8Array): Uint8Array;
}

/** No keychain at hand: the key file's mode (0600) is the protection. */
export const fileModeKeychain: Keychain = {
  keyFile: "data.key",
  wrap: (key) => key,
  unwrap: (stored) => stored,
};

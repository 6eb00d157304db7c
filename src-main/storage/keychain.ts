/** Protects the one data key at rest: the Keychain in the app, file modes alone under plain Node. */
export interface Keychain {
  wrap(key: Uint8Array): Uint8Array;
  /** Throws when what is stored was not wrapped by this keychain. */
  unwrap(stored: Uint8Array): Uint8Array;
}

/** No keychain at hand: the key file's mode (0600) is the protection. */
export const fileModeKeychain: Keychain = { wrap: (key) => key, unwrap: (stored) => stored };

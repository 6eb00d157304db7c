import { safeStorage } from "electron";
import { fileModeKeychain, type Keychain } from "../storage/keychain.ts";

/**
 * The system's keychain. Where there is none, or on Linux only one whose password is fixed (`basic_text`), the
 * key file's mode is the protection, as under plain Node. To be called when the app is ready.
 */
export function systemKeychain(): Keychain {
  const kind = process.platform === "linux" ? safeStorage.getSelectedStorageBackend() : "system";
  if (!safeStorage.isEncryptionAvailable() || kind === "basic_text") return fileModeKeychain;
  return {
    keyFile: "data.key.wrapped",
    wrap: (key) => safeStorage.encryptString(Buffer.from(key).toString("base64")),
    unwrap: (stored) => Buffer.from(safeStorage.decryptString(Buffer.from(stored)), "base64"),
  };
}

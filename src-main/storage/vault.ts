import { createCipheriv, createDecipheriv } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Randomness } from "../ports/randomness.ts";
import type { Keychain } from "./keychain.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals what chat.db holds under Full Disk Access, so that bellhop.db is no way around it (AES-256-GCM). */
export interface Vault {
  /** nonce, ciphertext, tag. */
  seal(text: string): Buffer;
  /** Throws when the bytes were changed or sealed under another key. */
  open(sealed: Uint8Array): string;
}

/** Opens the vault whose key lies in `keyFile`, making one (0600) the first time. */
export function openVault(keyFile: string, keychain: Keychain, randomness: Randomness): Vault {
  const key = existsSync(keyFile)
    ? keychain.unwrap(readFileSync(keyFile))
    : makeKey(keyFile, keychain, randomness);
  if (key.length !== KEY_BYTES) {
    throw new Error(
      `${keyFile} does not hold a key of Bellhop; put the right file back, or remove the folder`,
    );
  }
  return {
    seal(text) {
      const nonce = randomness.bytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed) {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const tag = sealed.subarray(sealed.length - TAG_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", key, nonce).setAuthTag(tag);
      const body = sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES);
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new Error(`bellhop.db was sealed with another key than ${keyFile}, or is damaged`, { cause });
      }
    },
  };
}

function makeKey(keyFile: string, keychain: Keychain, randomness: Randomness): Uint8Array {
  const key = randomness.bytes(KEY_BYTES);
  writeFileSync(keyFile, keychain.wrap(key), { mode: 0o600, flag: "wx" });
  return key;
}

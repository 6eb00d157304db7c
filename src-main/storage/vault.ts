import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Randomness } from "../ports/randomness.ts";
import { KEY_FILES, type Keychain } from "./keychain.ts";
import type { Meta } from "./meta.ts";

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

/**
 * Opens the vault of a data folder, making its key the first time (0600). Throws a sentence when the folder
 * is kept by the other kind of Bellhop, whose key this one cannot read.
 */
export function openVault(folder: string, keychain: Keychain, randomness: Randomness): Vault {
  const keyFile = join(folder, keychain.keyFile);
  refuseOthers(folder, keychain);
  const bytes = existsSync(keyFile) ? readKey(keyFile, keychain) : makeKey(keyFile, keychain, randomness);
  // Taken in once: handed over as bytes it would be taken in again for every event.
  const key = createSecretKey(bytes);
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
        throw new Error(`bellhop.db was sealed with another key than that of ${keyFile}, or is damaged`, {
          cause,
        });
      }
    },
  };
}

/**
 * Makes sure that the vault's key is the one this database was sealed under, before anything relies on it.
 * Throws a sentence when the key was lost or changed.
 */
export function proveVault(vault: Vault, meta: Meta, folder: string): void {
  const proof = meta.get("vault_proof");
  if (proof === null) {
    meta.set("vault_proof", vault.seal("bellhop").toString("base64"));
    return;
  }
  try {
    vault.open(Buffer.from(proof, "base64"));
  } catch (cause) {
    throw new Error(
      `the key in ${folder} is not the one its bellhop.db was sealed with; put the right one back, or choose another --data-dir`,
      { cause },
    );
  }
}

function refuseOthers(folder: string, { keyFile }: Keychain): void {
  for (const [other, owner] of Object.entries(KEY_FILES)) {
    if (other === keyFile || !existsSync(join(folder, other))) continue;
    throw new Error(
      `${folder} is kept by ${owner}, whose key cannot be read here; choose another --data-dir`,
    );
  }
}

function readKey(keyFile: string, keychain: Keychain): Uint8Array {
  try {
    const key = keychain.unwrap(readFileSync(keyFile));
    if (key.length === KEY_BYTES) return key;
    throw new Error(`it holds ${key.length} bytes`);
  } catch (cause) {
    throw new Error(`${keyFile} is not Bellhop's key any more; put the right file back`, { cause });
  }
}

/** The key is on disk before anything is sealed under it: half of one would be the loss of everything. */
function makeKey(keyFile: string, keychain: Keychain, randomness: Randomness): Uint8Array {
  const key = randomness.bytes(KEY_BYTES);
  const draft = `${keyFile}.new`;
  writeFileSync(draft, keychain.wrap(key), { mode: 0o600, flush: true });
  renameSync(draft, keyFile);
  return key;
}

/** The longest name of a file on APFS and most others, in bytes of UTF-8. */
const LONGEST = 255;
/** Controls, line separators, and what turns the direction of the text around: `exe.gnp` would read as `png.exe`. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** An ending has a letter: `v1.2` and `12.05.2026` have none. */
const ENDING = /^(?<stem>.+)\.(?<ending>(?=[^.]*\p{L})[\p{L}\p{N}_+-]{1,16})$/su;

/**
 * The name under which a file goes out: the last step of a path, without what cannot be seen, 255 bytes at most with
 * its ending kept. `ending` (without a dot) is added where it has none. Whatever is given, it names a file and
 * nothing else; it is "file" where nothing is left of it.
 */
export function fileName(given: string | null, ending: string | null): string {
  const last = (given ?? "").toWellFormed().split(/[/\\]/).at(-1) ?? "";
  const plain = last.replace(UNSEEN, "").trim();
  const name = /^\.{0,2}$/.test(plain) ? "file" : plain;
  const parts = ENDING.exec(name)?.groups;
  const kept = parts?.ending ?? ending;
  if (kept === null) return shortened(name, LONGEST);
  const tail = `.${kept}`;
  return shortened(parts?.stem ?? name, LONGEST - Buffer.byteLength(tail)) + tail;
}

/** Cut between two characters. */
function shortened(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let left = bytes;
  let kept = "";
  for (const character of text) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    kept += character;
  }
  return kept.trimEnd();
}

/** The longest URL that is resolved. A chain of them would be resolved once more for each of its links. */
const LONGEST = 8_192;

/** An NSURL: what it says, and the URL that this is relative to. */
export class ArchivedUrl {
  readonly relative: string;
  readonly base: ArchivedUrl | null;

  constructor(relative: string, base: ArchivedUrl | null = null) {
    this.relative = relative;
    this.base = base;
  }

  /**
   * The URL in full, as NSURL's absoluteString: what it says where there is no base or nothing to resolve,
   * and where the two together are longer than 8,192 characters.
   */
  get absolute(): string {
    if (this.base === null) return this.relative;
    const base = this.base.absolute;
    if (base.length + this.relative.length > LONGEST) return this.relative;
    return URL.parse(this.relative, base)?.href ?? this.relative;
  }
}

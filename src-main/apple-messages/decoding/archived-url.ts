/** An NSURL: what it says, and the URL that this is relative to. */
export class ArchivedUrl {
  readonly relative: string;
  readonly base: ArchivedUrl | null;

  constructor(relative: string, base: ArchivedUrl | null = null) {
    this.relative = relative;
    this.base = base;
  }

  /** The URL in full, as NSURL's absoluteString: what it says where there is no base or nothing to resolve. */
  get absolute(): string {
    if (this.base === null) return this.relative;
    const base = this.base.absolute;
    return URL.parse(this.relative, base)?.href ?? this.relative;
  }
}

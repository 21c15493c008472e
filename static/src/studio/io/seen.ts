/**
 * Which version of each item a person has seen. What they make on what they saw counts as seen; a gap between two of
 * their own edits means that somebody else's lies between.
 */
export class SeenVersions {
  private readonly versions = new Map<string, number>();
  /** By item: versions that this person's own edits made, while something before them was not seen yet. */
  private readonly made = new Map<string, Set<number>>();

  constructor(private readonly onSeen: (item: string, version: number) => void) {}

  /** The version of an item this person was shown, or made from such a one; undefined: none in this visit. */
  of(item: string): number | undefined {
    return this.versions.get(item);
  }
  sees(item: string, version: number): void {
    if ((this.versions.get(item) ?? -1) >= version) return;
    const made = this.made.get(item) ?? new Set();
    let seen = version;
    while (made.has(seen + 1)) seen += 1;
    for (const one of made) if (one <= seen) made.delete(one);
    this.versions.set(item, seen);
    this.onSeen(item, seen);
  }
  /**
   * An edit of this person made a version. It counts as seen once all before it is. Answers may come in another order
   * than the edits were taken in, and before the item is shown.
   */
  makes(item: string, version: number): void {
    const seen = this.versions.get(item);
    if (seen === version - 1) this.sees(item, version);
    else if (seen === undefined || seen < version)
      this.made.set(item, (this.made.get(item) ?? new Set()).add(version));
  }
}

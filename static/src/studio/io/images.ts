/** Pictures ahead of time: the next few are fetched and decoded while the person looks at this one. */

export interface PictureRef {
  id: string;
  url: string;
}

const KEPT = 12;

export class Pictures {
  private readonly loading = new Map<string, Promise<HTMLImageElement>>();

  get(ref: PictureRef): Promise<HTMLImageElement> {
    const known = this.loading.get(ref.id);
    if (known) {
      // Asked for again: to the young end, so that it is not the next to go.
      this.loading.delete(ref.id);
      this.loading.set(ref.id, known);
      return known;
    }
    const image = new Image();
    image.decoding = "async";
    image.src = ref.url;
    const promise = image.decode().then(() => image);
    promise.catch(() => this.loading.delete(ref.id));
    this.loading.set(ref.id, promise);
    while (this.loading.size > KEPT) this.loading.delete(this.loading.keys().next().value as string);
    return promise;
  }

  ahead(refs: readonly PictureRef[]): void {
    for (const ref of refs) this.get(ref).catch(() => undefined); // shown when it is its turn
  }
}

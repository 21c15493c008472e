/** Files out of a drop, folders walked with their paths; and out of a file input. */
import type { Given } from "./upload-queue.ts";

export function isArchive(file: File): boolean {
  return /\.zip$/i.test(file.name);
}

export function fromInput(files: FileList): Given[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Must be called in the drop's own turn: the list of entries is gone after it. */
export function fromDrop(transfer: DataTransfer): Promise<Given[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null))
    return Promise.resolve([...transfer.files].map((file) => ({ path: file.name, file })));
  return walk(entries.filter((entry): entry is FileSystemEntry => entry !== null));
}

async function walk(entries: FileSystemEntry[]): Promise<Given[]> {
  const found: Given[] = [];
  for (const entry of entries) {
    if (entry.isFile) {
      const file = await new Promise<File>((ok, no) => (entry as FileSystemFileEntry).file(ok, no));
      found.push({ path: entry.fullPath.replace(/^\//, ""), file });
    } else found.push(...(await walk(await children(entry as FileSystemDirectoryEntry))));
  }
  return found;
}

/** A reader gives a hundred at a time, until it gives none. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((ok, no) => reader.readEntries(ok, no));
    if (!some.length) return all;
    all.push(...some);
  }
}

/** The page that `smart.py` measures: the real worker with the real model; the measuring asks through `window.bench`. */
import { modelFiles, openWorker, type Channel } from "@/studio/smart/channel.ts";
import type { Prompts } from "@/studio/smart/prepare.ts";
import { maskArea, maskSpans } from "@/studio/shapes/_rle.ts";
import type { WH } from "@/lib/geometry.ts";

let channel: Channel | null = null;

/** A dark wheel of a given size on a busy ground: something that has an edge. */
function drawn([width, height]: WH): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const ctx = canvas.getContext("2d")!;
  ctx.fillStyle = "#9fb0a4";
  ctx.fillRect(0, 0, width, height);
  for (let i = 0; i < 60; i++) {
    ctx.fillStyle = `hsl(${(i * 47) % 360} 25% ${45 + (i % 5) * 6}%)`;
    ctx.fillRect((i * 167) % width, (i * 263) % height, width / 16, height / 20);
  }
  ctx.beginPath();
  ctx.arc(0.4 * width, 0.55 * height, 0.22 * height, 0, 2 * Math.PI);
  ctx.fillStyle = "#7a1f1f";
  ctx.fill();
  return canvas;
}

/** Of the mask with the wheel that was drawn. */
function wheelIou(mask: Parameters<typeof maskArea>[0], [width, height]: WH): number {
  const [cx, cy, r] = [0.4 * width, 0.55 * height, 0.22 * height];
  let shared = 0;
  for (const [row, from, to] of maskSpans(mask)) {
    const half = Math.sqrt(Math.max(0, r * r - (row + 0.5 - cy) ** 2));
    shared += Math.max(0, Math.min(to, cx + half) - Math.max(from, cx - half));
  }
  return shared / (maskArea(mask) + Math.PI * r * r - shared);
}

const bench = {
  size: [1600, 1200] as WH,
  async open(threads: number): Promise<{ threads: number; isolated: boolean; ms: number }> {
    channel?.close();
    channel = openWorker(() => undefined);
    const began = performance.now();
    const { threads: got } = await channel.ask({ type: "load", files: modelFiles(), encoder: true, threads });
    return { threads: got, isolated: window.crossOriginIsolated, ms: performance.now() - began };
  },
  async encode(): Promise<number> {
    const bitmap = await createImageBitmap(drawn(bench.size));
    return (await channel!.ask({ type: "encode", key: "wheel", bitmap }, [bitmap])).ms;
  },
  async decode(prompts: Prompts): Promise<{ ms: number; iou: number; score: number }> {
    const began = performance.now();
    const { mask, score } = await channel!.ask({ type: "decode", key: "wheel", prompts, size: bench.size });
    const ms = performance.now() - began;
    return { ms, score, iou: mask ? wheelIou(mask, bench.size) : 0 };
  },
  /** The picture as PNG, for the same measurement elsewhere. */
  async png(): Promise<string> {
    const blob = await drawn(bench.size).convertToBlob({ type: "image/png" });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  },
};
export type SmartBench = typeof bench;
(window as unknown as { bench: SmartBench }).bench = bench;

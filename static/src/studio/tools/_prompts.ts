/** Signs and words that tools paint over the picture: told apart by sign, not by colour alone. */
import type { BoxXYXY, XY } from "../../lib/geometry.ts";

const RADIUS = 7;
const BADGE_TOP = 12;
const BESIDE = 12;

export function drawPrompt(context: CanvasRenderingContext2D, [x, y]: XY, wanted: boolean): void {
  context.save();
  context.beginPath();
  context.arc(x, y, RADIUS, 0, 2 * Math.PI);
  context.fillStyle = wanted ? "#1f7a4d" : "#b3261e";
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = "#ffffff";
  context.stroke();
  context.beginPath();
  context.moveTo(x - 3.5, y);
  context.lineTo(x + 3.5, y);
  if (wanted) {
    context.moveTo(x, y - 3.5);
    context.lineTo(x, y + 3.5);
  }
  context.stroke();
  context.restore();
}

/** Dashes that show on any picture. */
export function drawFrame(context: CanvasRenderingContext2D, [x1, y1, x2, y2]: BoxXYXY): void {
  context.save();
  context.lineWidth = 3;
  context.strokeStyle = "#000000a6";
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.setLineDash([6, 4]);
  context.lineWidth = 1;
  context.strokeStyle = "#ffffff";
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.restore();
}

/** A word on a dark plate beside a place on the screen, kept within it. */
export function drawWord(context: CanvasRenderingContext2D, text: string, [x, y]: XY, width: number): void {
  context.save();
  context.font = "500 12.5px system-ui, sans-serif";
  const wide = context.measureText(text).width + 12;
  const left = Math.round(x + BESIDE + wide > width ? x - BESIDE - wide : x + BESIDE);
  const top = Math.round(y + BESIDE);
  context.beginPath();
  context.roundRect(left, top, wide, 20, 4);
  context.fillStyle = "#0b0d10e0";
  context.fill();
  context.fillStyle = "#ffffff";
  context.textBaseline = "middle";
  context.fillText(text, left + 6, top + 10.5);
  context.restore();
}

/** Words on a dark plate at the top, in the middle. */
export function drawBadge(context: CanvasRenderingContext2D, text: string, width: number): void {
  context.save();
  context.font = "500 12.5px system-ui, sans-serif";
  const wide = context.measureText(text).width + 24;
  const left = Math.round((width - wide) / 2);
  context.beginPath();
  context.roundRect(left, BADGE_TOP, wide, 28, 14);
  context.fillStyle = "#0e1116d9";
  context.fill();
  context.fillStyle = "#ffffff";
  context.textBaseline = "middle";
  context.fillText(text, left + 12, BADGE_TOP + 14.5);
  context.restore();
}

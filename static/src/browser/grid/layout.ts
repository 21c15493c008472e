/** Where tiles lie: columns by width, rows by number, which of them are in sight. Pure. */

export interface GridLayout {
  columns: number;
  tileWidth: number;
  rowHeight: number;
  rows: number;
  height: number;
}

export const GAP = 10;
export const CAPTION = 26;

export function layout(width: number, total: number, wish: number): GridLayout {
  const columns = Math.max(1, Math.floor((width + GAP) / (wish + GAP)));
  const tileWidth = Math.max(1, Math.floor((width - GAP * (columns - 1)) / columns));
  const rowHeight = Math.round(tileWidth * 0.7) + CAPTION + GAP;
  const rows = Math.ceil(total / columns);
  return { columns, tileWidth, rowHeight, rows, height: Math.max(0, rows * rowHeight - GAP) };
}

export interface Range {
  from: number;
  to: number;
}

/** Indexes (to exclusive) of the tiles in sight, with some rows before and behind. */
export function visible(grid: GridLayout, top: number, height: number, total: number, spare = 2): Range {
  const first = Math.max(0, Math.floor(top / grid.rowHeight) - spare);
  const last = Math.min(grid.rows, Math.ceil((top + height) / grid.rowHeight) + spare);
  return { from: Math.min(first * grid.columns, total), to: Math.min(last * grid.columns, total) };
}

export function place(grid: GridLayout, index: number): { x: number; y: number } {
  return {
    x: (index % grid.columns) * (grid.tileWidth + GAP),
    y: Math.floor(index / grid.columns) * grid.rowHeight,
  };
}

/** The row an arrow key leads to. */
export function neighbour(
  grid: GridLayout,
  index: number,
  key: string,
  total: number,
  pageRows: number,
): number {
  const step: Record<string, number> = {
    arrowleft: -1,
    arrowright: 1,
    arrowup: -grid.columns,
    arrowdown: grid.columns,
    pageup: -grid.columns * pageRows,
    pagedown: grid.columns * pageRows,
    home: -index,
    end: total - 1 - index,
  };
  const to = index + (step[key] ?? 0);
  return to < 0 || to >= total ? (key.startsWith("page") ? Math.min(Math.max(to, 0), total - 1) : index) : to;
}

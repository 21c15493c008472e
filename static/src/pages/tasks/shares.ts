/** Who gets which part: percentages that sum to 100. Pure. */

/** `n` whole percentages that sum to 100 and differ by 1 at most; the first are the larger. */
export function equalShares(n: number): number[] {
  if (n <= 0) return [];
  const low = Math.floor(100 / n);
  return Array.from({ length: n }, (_, i) => low + (i < 100 - low * n ? 1 : 0));
}

/** Any weights as whole percentages that sum to 100 (largest remainder; each at least 1 while that is possible). */
export function asPercentages(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + Math.max(0, weight), 0);
  if (!total) return equalShares(weights.length);
  const exact = weights.map((weight) => (Math.max(0, weight) / total) * 100);
  const whole = exact.map((value) => Math.max(Math.floor(value), weights.length <= 100 ? 1 : 0));
  const order = exact.map((value, i) => [value - Math.floor(value), i] as const).sort((a, b) => b[0] - a[0]);
  let left = 100 - whole.reduce((sum, value) => sum + value, 0);
  for (let turn = 0; left > 0; turn++, left--) {
    const at = order[turn % order.length]?.[1] ?? 0;
    whole[at] = (whole[at] ?? 0) + 1;
  }
  while (left < 0) {
    const largest = whole.indexOf(Math.max(...whole));
    whole[largest] = (whole[largest] ?? 0) - 1;
    left++;
  }
  return whole;
}

/** What is wrong with these shares, in a sentence that says what to do; null when nothing is. */
export function faultOf(shares: readonly number[]): string | null {
  if (!shares.length) return "Choose who gets items.";
  if (shares.some((share) => !Number.isInteger(share) || share < 1))
    return "Each share is a whole number from 1.";
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum === 100 ? null : `The shares sum to ${sum} %: make it 100, or press Equal shares.`;
}

/** UUIDv7 (RFC 9562): the client's name for an operation, so that a repeated one is known. */

export function uuid7(
  now: number = Date.now(),
  random: (into: Uint8Array<ArrayBuffer>) => void = (into) => void crypto.getRandomValues(into),
): string {
  const bytes = new Uint8Array(16);
  random(bytes);
  for (let at = 0, rest = now; at < 6; at++) {
    bytes[5 - at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

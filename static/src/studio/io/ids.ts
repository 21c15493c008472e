/** UUIDv7 made in the browser: the client's names for its acts, in order of making. */

let last = 0;
let counter = 0;

export function uuid7(
  now: number = Date.now(),
  random: Uint8Array = crypto.getRandomValues(new Uint8Array(10)),
): string {
  if (now > last) {
    last = now;
    counter = (((random[0] as number) << 8) | (random[1] as number)) & 0x3ff;
  } else {
    counter += 1;
    if (counter > 0xfff) {
      last += 1;
      counter = 0;
    }
  }
  const time = last.toString(16).padStart(12, "0");
  const count = (0x7000 | counter).toString(16);
  const tail = [...random.slice(2)]
    .map((byte, i) => (i === 0 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, "0"))
    .join("");
  return `${time.slice(0, 8)}-${time.slice(8)}-${count}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

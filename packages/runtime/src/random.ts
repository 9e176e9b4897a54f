import { randomFillSync } from 'node:crypto';

/** One call of the generator costs as much as fifty ids, so it is asked for many bytes at a time. */
const pool = Buffer.allocUnsafeSlow(4096);
let used = pool.length;

/** Random bytes nobody can guess, valid until the next call. At most 4096. */
export function randomChunk(length: number): Buffer {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += length;
  return pool.subarray(used - length, used);
}

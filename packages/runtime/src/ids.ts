import { v7 } from 'uuid';
import { randomChunk } from './random.ts';

/** Sorts before every id: where a walk over all of them begins, and a bound that an index can be asked. */
export const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/** Sorts after every id that is made: where a walk from the newest begins. */
export const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

let time = 0;
let sequence = 0;

/** A new identifier: a UUID of version 7, of which ids made later in this process sort later. */
export function newId(): string {
  const now = Date.now();
  const random = randomChunk(16);
  if (now > time) {
    time = now;
    // Half of the range stays free to count up in.
    sequence = random.readUInt32BE() >>> 1;
  } else {
    sequence += 1;
  }
  return v7({ random, msecs: time, seq: sequence });
}

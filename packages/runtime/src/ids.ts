import { v7 } from 'uuid';

/** A new identifier: UUID version 7, so that ids made later sort later (to the millisecond). */
export function newId(): string {
  return v7();
}

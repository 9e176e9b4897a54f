import { v7 } from 'uuid';

/** A new identifier: a UUID of version 7, of which ids made later in this process sort later. */
export function newId(): string {
  return v7();
}

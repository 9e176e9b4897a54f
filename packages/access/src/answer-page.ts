import { readCursor, writeCursor } from '@turnout/contracts/http/pagination';
import { uuid } from '@turnout/contracts/primitives';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { Principal } from './principal.ts';

export interface PageOptions<Item> {
  /** Names the list, its filters included: a cursor of another one is refused. */
  list: string;
  principal: Principal;
  query: { limit: number; cursor?: string | undefined };
  /** At most `limit` items that come after the one with this id; from the first one on for null. */
  load: (after: string | null, limit: number) => Promise<Item[]>;
  idOf: (item: Item) => string;
  toBody: (item: Item) => object;
}

const lastId = z.tuple([uuid]);

/**
 * One page of a list whose items are known by an id, and its cursor, which is good for this organization only. One item
 * more than asked for tells whether there is a next page.
 */
export async function answerPage<Item>(options: PageOptions<Item>): Promise<Reply> {
  const { list, query, idOf } = options;
  const { organizationId } = options.principal;
  const after = query.cursor === undefined ? [null] : readCursor(query.cursor, list, organizationId, lastId);
  if (!after) {
    return validationFailed([{ path: 'cursor', message: 'must be a nextCursor of this list, unchanged' }]);
  }
  const found = await options.load(after[0], query.limit + 1);
  const items = found.slice(0, query.limit);
  const last = found.length > items.length ? items.at(-1) : undefined;
  return {
    status: 200,
    body: {
      items: items.map(options.toBody),
      nextCursor: last === undefined ? null : writeCursor(list, organizationId, [idOf(last)]),
    },
  };
}

import { createHash } from 'node:crypto';
import { readCursor, writeCursor } from '@turnout/contracts/http/pagination';
import { uuid } from '@turnout/contracts/primitives';
import { validationFailed } from '@turnout/runtime/http/problems';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { Principal } from './principal.ts';

interface ListOptions<Item> {
  /** Names the list. Its cursors are refused by another one, and by the same one with other filters. */
  list: string;
  filters?: object;
  principal: Principal;
  query: { limit: number; cursor?: string | undefined };
  toBody: (item: Item) => object;
}

export interface PageOptions<Item> extends ListOptions<Item> {
  /** At most `limit` items that come after the one with this id; from the first one on for null. */
  load: (after: string | null, limit: number) => Promise<Item[]>;
  idOf: (item: Item) => string;
}

export interface KeyedPageOptions<Item, Key extends readonly string[]> extends ListOptions<Item> {
  /** At most `limit` items that come after the one with this key; from the first one on for null. */
  load: (after: Key | null, limit: number) => Promise<Item[]>;
  keyOf: (item: Item) => Key;
  /** What a key looks like: it comes back from outside. */
  key: z.ZodType<Key>;
}

const lastId = z.tuple([uuid]);

/** One page of a list whose items are known by an id. */
export async function answerPage<Item>({ load, idOf, ...list }: PageOptions<Item>): Promise<Reply> {
  return await answerKeyedPage<Item, [string]>({
    ...list,
    load: (after, limit) => load(after?.[0] ?? null, limit),
    keyOf: (item) => [idOf(item)],
    key: lastId,
  });
}

/**
 * One page of a list whose items are known by several values, and its cursor, which is good for this organization only.
 * One item more than asked for tells whether there is a next page.
 */
export async function answerKeyedPage<Item, Key extends readonly string[]>(
  options: KeyedPageOptions<Item, Key>,
): Promise<Reply> {
  const { query, keyOf, key, filters } = options;
  const list = filters ? `${options.list} ${digest(filters)}` : options.list;
  const { organizationId } = options.principal;
  const after = query.cursor === undefined ? null : readCursor(query.cursor, list, organizationId, key);
  if (query.cursor !== undefined && !after) {
    return validationFailed([{ path: 'cursor', message: 'must be a nextCursor of this list, unchanged' }]);
  }
  const found = await options.load(after, query.limit + 1);
  const items = found.slice(0, query.limit);
  const last = found.length > items.length ? items.at(-1) : undefined;
  return {
    status: 200,
    body: {
      items: items.map(options.toBody),
      nextCursor: last === undefined ? null : writeCursor(list, organizationId, keyOf(last)),
    },
  };
}

/** Stands for the filters in a cursor: what somebody searched for would stand in the logs of every proxy. */
function digest(filters: object): string {
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 16);
}

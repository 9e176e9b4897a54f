import { describe, expect, it } from 'vitest';
import type { Status } from '../src/enrollment.ts';
import { isMove, type TriggeredBy } from '../src/moves.ts';

const froms: (Status | null)[] = [null, 'confirmed', 'checked_in', 'attended', 'no_show', 'cancelled'];
const tos: Status[] = ['confirmed', 'checked_in', 'attended', 'no_show', 'cancelled'];
const everyone: TriggeredBy[] = ['system', 'front_desk', 'admin', 'participant'];

/** All that may ever happen; written out here so that the table cannot vouch for itself. */
const allowed = new Set([
  'none > confirmed by admin',
  'none > confirmed by participant',
  'confirmed > checked_in by front_desk',
  'confirmed > checked_in by admin',
  'confirmed > no_show by system',
  'confirmed > cancelled by admin',
  'confirmed > cancelled by participant',
  'checked_in > confirmed by front_desk',
  'checked_in > confirmed by admin',
  'checked_in > attended by system',
  'checked_in > no_show by system',
  'checked_in > cancelled by admin',
  'checked_in > cancelled by participant',
  'no_show > attended by admin',
  'no_show > attended by system',
  'attended > no_show by front_desk',
  'attended > no_show by admin',
]);

const pairs = froms.flatMap((from) => tos.flatMap((to) => everyone.map((by) => [from, to, by] as const)));

describe('the table of moves', () => {
  it.each(pairs)('%s > %s by %s', (from, to, by) => {
    expect(isMove(from, to, by)).toBe(allowed.has(`${from ?? 'none'} > ${to} by ${by}`));
  });

  it('was asked for every pair', () => {
    expect(pairs).toHaveLength(120);
    expect(pairs.filter(([from, to, by]) => isMove(from, to, by))).toHaveLength(allowed.size);
  });
});

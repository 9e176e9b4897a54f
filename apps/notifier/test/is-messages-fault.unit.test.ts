import { describe, expect, it } from 'vitest';
import { isMessagesFault } from '../src/consumers/is-messages-fault.ts';

const databaseSays = (code: string) => Object.assign(new Error('said the database'), { code });

describe('whose fault it is that an event cannot be stored', () => {
  it.each(['22003', '22P02', '23505', '54000'])(
    'is the message’s when its values do not fit (%s)',
    (code) => {
      expect(isMessagesFault(databaseSays(code))).toBe(true);
    },
  );

  it('is the message’s when the program stumbles over it', () => {
    expect(isMessagesFault(new TypeError('undefined is not a function'))).toBe(true);
  });

  it.each([
    '57P01',
    '57014',
    '53100',
    '40P01',
    '25006',
    '28P01',
    '3D000',
    '42501',
    '42P01',
    'ECONNRESET',
    'EPIPE',
  ])('is not the message’s when the database would refuse any other as well (%s)', (code) => {
    expect(isMessagesFault(databaseSays(code))).toBe(false);
  });
});

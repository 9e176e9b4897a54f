import { newId } from '@turnout/runtime/ids';
import { expect, it } from 'vitest';

it('an id is a UUID of version 7, unlike any other, and later ones sort later', () => {
  const ids = Array.from({ length: 1000 }, newId);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(1000);
  expect([...ids].sort()).toEqual(ids);
});

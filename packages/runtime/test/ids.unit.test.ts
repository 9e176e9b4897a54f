import { newId } from '@turnout/runtime/ids';
import { describe, expect, it } from 'vitest';

describe('an id', () => {
  const from = Date.now();
  const ids = Array.from({ length: 20_000 }, newId);

  it('is a UUID of version 7 with the time in it', () => {
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    const time = Number.parseInt((ids[0] ?? '').replace('-', '').slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(from);
    expect(time).toBeLessThan(from + 1000);
  });

  it('is unlike any other, and sorts after those made before', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });
});

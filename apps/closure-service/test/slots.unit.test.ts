import { describe, expect, it } from 'vitest';
import { Slots } from '../src/slots.ts';

describe('slots', () => {
  const deferred = () => Promise.withResolvers<void>();

  it('let so many things happen at a time, the others in their turn, and what is urgent before them', async () => {
    const slots = new Slots(2);
    const ends = [deferred(), deferred(), deferred(), deferred(), deferred()];
    const begun: number[] = [];
    const start = (index: number, urgent = false) =>
      slots.run(
        async () => {
          begun.push(index);
          await ends[index]?.promise;
        },
        { urgent },
      );
    const all = [start(0), start(1), start(2), start(3), start(4, true)];
    expect(begun).toEqual([0, 1]);
    for (const { resolve } of ends) resolve();
    await Promise.all(all);
    expect(begun).toEqual([0, 1, 4, 2, 3]);
  });

  it('come back from work that fails', async () => {
    const slots = new Slots(1);
    await expect(slots.run(async () => await Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(async () => 'next')).toBe('next');
  });
});

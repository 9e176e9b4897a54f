import { openPlaces } from '@turnout/runtime/http/places';
import { describe, expect, it } from 'vitest';

const patient = { waitMs: 60_000 };

describe('a place', () => {
  it('is given to as many as there are places, and then to who has waited longest', async () => {
    const places = openPlaces({ atOnce: 2, waiting: 2, ...patient });
    const first = await places.take();
    await places.take();
    const order: string[] = [];
    const noted = async (who: string) => {
      const giveBack = await places.take();
      order.push(who);
      return giveBack;
    };
    const third = noted('third');
    const fourth = noted('fourth');
    first?.();
    (await third)?.();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('is not given to who finds the queue full, and is again when it is not', async () => {
    const places = openPlaces({ atOnce: 1, waiting: 1, ...patient });
    const first = await places.take();
    expect(places.full).toBe(false);
    const second = places.take();
    expect(places.full).toBe(true);
    expect(await places.take()).toBeNull();
    first?.();
    expect(places.full).toBe(false);
    (await second)?.();
    expect(await places.take()).not.toBeNull();
  });

  it('is waited for only so long', async () => {
    const places = openPlaces({ atOnce: 1, waiting: 1, waitMs: 1 });
    const first = await places.take();
    expect(await places.take()).toBeNull();
    expect(places.full).toBe(false);
    first?.();
    expect(await places.take()).not.toBeNull();
  });

  it('is given back once, however often that is said', async () => {
    const places = openPlaces({ atOnce: 1, waiting: 0, ...patient });
    const first = await places.take();
    first?.();
    const second = await places.take();
    first?.();
    expect(await places.take()).toBeNull();
    second?.();
    expect(await places.take()).not.toBeNull();
  });

  it('is not given to who has their share, and not kept from others by those who wait for themselves', async () => {
    const places = openPlaces({ atOnce: 3, waiting: 4, share: { places: 2, waiting: 2 }, ...patient });
    const mine = await places.take('mine');
    await places.take('mine');
    const order: string[] = [];
    const noted = (holder: string) => places.take(holder).then(() => order.push(holder));
    const waiting = [noted('mine'), noted('mine')];
    expect(await places.take('mine')).toBeNull();
    const theirs = await places.take('theirs');
    waiting.push(noted('others'));
    theirs?.();
    await waiting[2];
    expect(order).toEqual(['others']);
    mine?.();
    await waiting[0];
    expect(order).toEqual(['others', 'mine']);
  });
});

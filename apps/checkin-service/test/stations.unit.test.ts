import { describe, expect, it } from 'vitest';
import { Stations } from '../src/stations.ts';

describe('stations that are active', () => {
  it('count once each, and per event', () => {
    const stations = new Stations(100);
    stations.note('event-1', 'North', 0);
    stations.note('event-1', 'North', 10);
    stations.note('event-1', 'South', 10);
    stations.note('event-2', 'North', 10);
    expect(stations.count(50)).toBe(3);
  });

  it('are forgotten when nothing was heard of them for a while', () => {
    const stations = new Stations(100);
    stations.note('event-1', 'North', 0);
    stations.note('event-1', 'South', 60);
    expect(stations.count(100)).toBe(2);
    expect(stations.count(101)).toBe(1);
    expect(stations.count(161)).toBe(0);
  });

  it('are bounded, whatever names are invented', () => {
    const stations = new Stations(100);
    for (let name = 0; name < 10_100; name += 1) stations.note('event', String(name), 0);
    expect(stations.count(0)).toBe(10_000);
    stations.note('event', '0', 90);
    expect(stations.count(150)).toBe(1);
  });
});

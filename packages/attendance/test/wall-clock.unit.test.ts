import { wallClock } from '@turnout/attendance/wall-clock';
import { describe, expect, it } from 'vitest';

describe('the clock on the wall', () => {
  it.each([
    ['Europe/Berlin', '2026-05-01T07:02:11.123Z', '2026-05-01T09:02:11.123Z'],
    ['Asia/Kathmandu', '2026-05-01T18:20:00Z', '2026-05-02T00:05:00.000Z'],
    ['America/St_Johns', '2026-01-01T00:00:00Z', '2025-12-31T20:30:00.000Z'],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29T23:59:59.000Z'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31T00:00:00.000Z'],
  ])('in %s at %s shows %s', (timeZone, at, shown) => {
    expect(wallClock(timeZone)(new Date(at)).toISOString()).toBe(shown);
  });

  it('goes forward and back in Berlin to the second, asked in any order', () => {
    const shows = wallClock('Europe/Berlin');
    const at = (text: string) => shows(new Date(text)).toISOString();
    expect(at('2026-03-29T01:00:00Z')).toBe('2026-03-29T03:00:00.000Z');
    expect(at('2026-03-29T00:59:59Z')).toBe('2026-03-29T01:59:59.000Z');
    expect(at('2026-10-25T01:00:00Z')).toBe('2026-10-25T02:00:00.000Z');
    expect(at('2026-10-25T00:30:00Z')).toBe('2026-10-25T02:30:00.000Z');
    expect(at('2026-10-25T01:30:00Z')).toBe('2026-10-25T02:30:00.000Z');
  });

  it('is right where the offset changes in the middle of a quarter of an hour', () => {
    const shows = wallClock('Africa/Monrovia');
    const offset = (text: string) => shows(new Date(text)).getTime() - Date.parse(text);
    expect(offset('1972-01-07T00:44:29Z')).toBe(-44.5 * 60_000);
    expect(offset('1972-01-07T00:44:31Z')).toBe(0);
  });
});

import { isKnownId } from './worlds.ts';

/** Values that are wrong almost anywhere, or right where one would not think so. */
const ODD: readonly unknown[] = [
  null,
  '',
  ' ',
  '0',
  'null',
  '\u0000',
  '\ud800',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢\u202e',
  "'; drop table attendance.events; --",
  '2026-02-30T00:00:00Z',
  '2026-05-01T09:00:00',
  '+10000-01-01T00:00:00Z',
  '2026-02-30',
  'x'.repeat(5_000),
  0,
  -1,
  1.5,
  2 ** 53 + 1,
  1e308,
  true,
  [],
  {},
  [[]],
  { $ne: null },
];

type Path = (string | number)[];

/**
 * The same value with one thing changed: dropped, added, or replaced by something odd. `pick` decides where and what.
 */
export function spoil(value: unknown, pick: number): unknown {
  const places = placesIn(value, []);
  const place = places[pick % places.length] ?? [];
  const how = Math.floor(pick / 7) % (ODD.length + 6);
  if (how < 3) return changed(value, place, () => ODD[how]);
  if (how === 3) return without(value, place);
  if (how === 4) return changed(value, place, (old) => [old]);
  if (how === 5) return extended(value, place);
  return changed(value, place, () => ODD[how - 6]);
}

function placesIn(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null || isKnownId(value)) return [path];
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...inner.flatMap(([key, part]) => placesIn(part, [...path, key]))];
}

function changed(value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...(value as object) };
  copy[key] = changed(copy[key], rest, change);
  return copy;
}

function without(value: unknown, path: Path): unknown {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  return changed(value, path.slice(0, -1), (holder) =>
    Array.isArray(holder)
      ? holder.filter((_, index) => index !== last)
      : Object.fromEntries(Object.entries(holder as object).filter(([name]) => name !== last)),
  );
}

function extended(value: unknown, path: Path): unknown {
  return changed(value, path, (old) =>
    typeof old === 'object' && old !== null && !Array.isArray(old) && !isKnownId(old)
      ? { ...old, organizationId: '01970a3e-5b7c-7d10-8a44-0c2f6f1d9e21' }
      : { unknown: old },
  );
}

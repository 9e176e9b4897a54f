export type Path = readonly (string | number)[];

/** Every value inside that holds no other, with its place. */
export function leavesOf(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  const parts = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return parts.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** The JSON of `value` with something else at a place: `json` as it is. */
export function jsonWith(value: unknown, path: Path, json: string): string {
  const hole = '\u0001hole\u0001';
  const copy: Record<string, unknown> = { root: structuredClone(value) };
  const [last, ...before] = ['root', ...path].toReversed();
  let at: Record<string | number, unknown> = copy;
  for (const key of before.toReversed()) at = at[key] as typeof at;
  at[last as string] = hole;
  return JSON.stringify(copy.root).replace(JSON.stringify(hole), () => json);
}

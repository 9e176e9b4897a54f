import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './places.ts';
import type { Say } from './say.ts';
import type { Stack } from './stack.ts';

export interface Demo {
  /** Plays one event from enrollment to notification; `ok` is false when anything differs from what it should be. */
  playDemo(options: { stack: Stack; say: Say }): Promise<{ eventId: string; ok: boolean }>;
}

/** The demonstration, or null in a checkout that has none. */
export async function loadDemo(): Promise<Demo | null> {
  const specifier = '@turnout/demo/play-demo';
  if (!existsSync(join(ROOT, 'packages', 'demo', 'src', 'play-demo.ts'))) return null;
  return (await import(specifier)) as Demo;
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@turnout/local-stack/service-roles';

const FAKETIME = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/faketime/libfaketime.so.1',
];

/** The instance whose clock is wrong from the beginning to the end, and by how many hours. */
export interface WrongClock {
  instance: `${ServiceName}-b`;
  hours: 3 | -3;
}

export interface ShiftedClock {
  /** Which of the two ways it is done. */
  how: 'libfaketime' | 'a preloaded Date';
  environment: Record<string, string>;
}

/**
 * The environment of a process whose clock is wrong by so many hours: by libfaketime where that is installed, which
 * shifts what every library of the process sees; otherwise by a module that shifts Date, the only wall clock that the
 * services read. Timers keep to the steady clock either way.
 */
export function shiftedClock(hours: number): ShiftedClock {
  const library = FAKETIME.find((path) => existsSync(path));
  if (library) {
    return {
      how: 'libfaketime',
      environment: {
        LD_PRELOAD: library,
        FAKETIME: `${hours > 0 ? '+' : ''}${hours}h`,
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    };
  }
  return {
    how: 'a preloaded Date',
    environment: {
      NODE_OPTIONS: `--import=${fileURLToPath(new URL('./shift-date.ts', import.meta.url))}`,
      CLOCK_SHIFT_HOURS: String(hours),
    },
  };
}

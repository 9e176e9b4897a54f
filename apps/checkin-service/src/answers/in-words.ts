import { HOUR, MINUTE, SECOND } from '@turnout/runtime/durations';

const units = [
  { name: 'day', length: 24 * HOUR },
  { name: 'hour', length: HOUR },
  { name: 'minute', length: MINUTE },
  { name: 'second', length: SECOND },
];

/** `1 minute`, `2 minutes`, `7,312 check-ins`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

/** A duration (milliseconds) in whole units of the largest that fits: `4 seconds`, `1 hour`, `3 days`. */
export function duration(ms: number): string {
  const { name, length } = units.find((unit) => ms >= unit.length) ?? { name: 'second', length: SECOND };
  return counted(Math.floor(ms / length), name);
}

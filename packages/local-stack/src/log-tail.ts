import { readFileSync } from 'node:fs';

/** The last lines of a log file, without empty ones; none when there is no file. */
export function logTail(file: string, lines: number): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).slice(-lines);
  } catch {
    return [];
  }
}

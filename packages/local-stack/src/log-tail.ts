import { readFileSync } from 'node:fs';

const WIDEST = 300;

/** The last lines of a log file for a person to read: no empty ones, none endless, JSON as its message and error. */
export function logTail(file: string, lines: number): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).slice(-lines).map(readable);
  } catch {
    return []; // there is no such file yet
  }
}

function readable(line: string): string {
  return (sentenceOf(line) ?? line).slice(0, WIDEST);
}

function sentenceOf(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: string;
      msg?: string;
      err?: { message?: string };
    };
    return msg === undefined ? null : [level, msg, err?.message].filter(Boolean).join(': ');
  } catch {
    return null;
  }
}

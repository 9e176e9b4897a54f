import { readFileSync } from 'node:fs';
import { median } from './statistics.ts';

const EVERY_MS = 250;

export interface MemoryWatch extends Disposable {
  /** Megabytes of resident memory: the median of the first and of the last third of what was seen since `mark`. */
  thirds(): { first: number; last: number };
  /** Megabytes at most since `mark`. */
  peak(): number;
  /** What came before was the warm-up. */
  mark(): void;
}

/** Watches how much memory a process has in use, from the kernel's own account of it. */
export function watchMemory(pid: number): MemoryWatch {
  let samples: number[] = [];
  const timer = setInterval(() => {
    const megabytes = residentMegabytes(pid);
    if (megabytes === null) clearInterval(timer);
    else samples.push(megabytes);
  }, EVERY_MS);
  return {
    mark() {
      samples = [];
    },
    peak: () => Math.max(0, ...samples),
    thirds() {
      const third = Math.max(1, Math.floor(samples.length / 3));
      return { first: median(samples.slice(0, third)), last: median(samples.slice(-third)) };
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Null when the process has ended. */
function residentMegabytes(pid: number): number | null {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

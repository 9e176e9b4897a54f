import type { DeadLettersConfig } from '../config.ts';

export interface CommandOptions {
  /** Read only when the arguments are right. */
  config: () => DeadLettersConfig;
  /** The answer, line by line; the sentence at the end comes after it. */
  print: (line: string) => void;
  /** Told how far it is, line by line. */
  say: (line: string) => void;
  stopping: AbortSignal;
}

import type { Guard } from '../open-guard.ts';
import type { Say } from '../say.ts';
import type { Secrets } from '../secrets.ts';

/** What every private server is started with. */
export interface Place {
  /** Its data lives in a directory under this one. */
  dataDir: string;
  logDir: string;
  guard: Guard;
  secrets: Secrets;
  say: Say;
  /** Data that nobody wants to keep: a stop may be the quickest there is. */
  throwaway: boolean;
  /** A server runs under this pid from now on. */
  onPid?(server: 'postgres' | 'redis' | 'rabbitmq', pid: number): void;
}

/** The environment a server gets: nothing of ours, so that no setting of this shell changes what it does. */
export function plainEnvironment(home: string, searchPath: readonly string[]): Record<string, string> {
  return { PATH: searchPath.join(':'), HOME: home, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}

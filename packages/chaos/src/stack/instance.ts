import type { ServiceName } from '@turnout/local-stack/service-roles';
import type { FaultProxy } from '@turnout/test-kit/start-proxy';

/** One of the two processes of a service, with the proxies through which it reaches its servers. */
export interface Instance {
  /** `checkin-a` */
  name: string;
  service: ServiceName;
  url: string;
  readonly pid: number;
  links: { postgres: FaultProxy; rabbitmq: FaultProxy; redis: FaultProxy };
  /** When it was stopped by SIGSTOP, and until when, by the steady clock: nobody can answer then. */
  frozen: { from: number; to: number }[];
}

/** Whether it was stopped at any time between two instants of the steady clock. */
export function wasFrozen({ frozen }: Instance, from: number, to: number): boolean {
  return frozen.some((period) => period.from <= to && period.to >= from);
}

/** Whether it says that it can do its main function. */
export async function isReady({ url }: Instance): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok === true;
}

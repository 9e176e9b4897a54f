import { carryTraceIds } from './carry-trace-ids.ts';
import { inSpan } from './trace-context.ts';

/**
 * Runs a command of the command line as one trace: what it commits, and the messages which that makes others send,
 * carry its ids. Where telemetry was preloaded its spans are recorded.
 *
 * @param name names the span, such as `event:closure`
 */
export async function inCommandTrace<T>(name: string, work: () => Promise<T>): Promise<T> {
  carryTraceIds();
  return await inSpan(name, work, { root: true });
}

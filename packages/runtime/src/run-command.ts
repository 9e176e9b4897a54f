import { carryTraceIds } from './carry-trace-ids.ts';
import { inSpan } from './trace-context.ts';

/** How a command of the command line ended: its exit code, and the sentence to end with. */
export interface CommandResult {
  code: 0 | 1 | 2;
  sentence: string;
}

/**
 * Runs a command and ends with its sentence: on stdout where the code is 0, otherwise on stderr. What `work` throws is
 * told by its message, with code 1. The first SIGINT or SIGTERM aborts `stopping`, another one ends the process.
 *
 * A command is one trace: what it commits, and the messages which that makes others send, carry its ids. Where telemetry
 * was preloaded its spans are recorded.
 *
 * @param name names the span, such as `event:closure`
 */
export async function runCommand(
  name: string,
  work: (stopping: AbortSignal) => Promise<CommandResult>,
): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  carryTraceIds();
  try {
    const { code, sentence } = await inSpan(name, () => work(stopping.signal), { root: true });
    if (code === 0) console.log(sentence);
    else console.error(sentence);
    process.exitCode = code;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

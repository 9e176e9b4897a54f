import type { ImportProgress } from '@turnout/contracts/http/enrollment-import';
import { problem } from '@turnout/contracts/problems';
import {
  type Answer,
  type EventStream,
  isRefusal,
  type Refusal,
  type ServerSentEvent,
} from '@turnout/runtime/http/reply';
import { isUnavailable } from '@turnout/runtime/postgres';

type Import = (
  signal: AbortSignal,
  onProgress: (progress: ImportProgress) => void,
) => Promise<Answer | Refusal>;

/**
 * An import as a stream: `progress` while it runs, as often as it is read, and at the end one `result` or `problem`
 * with the body that the plain answer would have had. A stream that ends without either was cut off: whoever reads it
 * leaves the outcome open.
 */
export function importEvents(requestId: string, run: Import): EventStream {
  return {
    endsByItself: true,
    async *events(signal) {
      let newest: ImportProgress | null = null;
      let news = Promise.withResolvers<void>();
      let outcome: ServerSentEvent | null = null;
      let fault: unknown;
      const onProgress = (progress: ImportProgress) => {
        newest = progress;
        news.resolve();
      };
      void run(signal, onProgress)
        .then((reply) => eventOf(reply, requestId))
        .catch((error: unknown) => {
          fault = error;
          return eventOf({ problem: isUnavailable(error) ? 'unavailable' : 'internal_error' }, requestId);
        })
        .then((event) => {
          outcome = event;
          news.resolve();
        });
      while (outcome === null) {
        await news.promise;
        news = Promise.withResolvers();
        const progress = newest as ImportProgress | null;
        newest = null;
        if (progress) yield { event: 'progress', data: progress };
      }
      yield outcome;
      if (fault !== undefined) throw fault;
    },
  };
}

function eventOf(reply: Answer | Refusal, requestId: string): ServerSentEvent {
  if (!isRefusal(reply)) return { event: 'result', data: reply.body };
  const { problem: code, detail, errors, extra } = reply;
  const { body } = problem(code, {
    requestId,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
    ...(extra === undefined ? {} : { extra }),
  });
  return { event: 'problem', data: body };
}

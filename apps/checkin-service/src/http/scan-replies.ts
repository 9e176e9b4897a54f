import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import type { Reply } from '@turnout/runtime/http/reply';
import { currentTraceHeaders } from '@turnout/runtime/trace-context';
import type { ScanAnswer } from '../answers/scan-answers.ts';
import type { SubmittedScan } from '../commands/submitted-scan.ts';
import type { CheckinContext } from '../context.ts';

/** Records one scan and replies with its answer. */
export async function replyToScan(
  { record }: Pick<CheckinContext, 'record'>,
  scan: SubmittedScan,
  { eventId, signal }: { eventId: string; signal: AbortSignal },
): Promise<Reply> {
  const { organizationId } = scan.principal;
  const answers = await record({ organizationId, eventId, scans: [scan], signal });
  const [answer] = answers ?? [];
  return answer ? toReply(answer) : { problem: 'not_found' };
}

/** Who brings a scan, and the request and trace it comes with. */
export function broughtBy(
  principal: Principal,
  requestId: string,
): Pick<SubmittedScan, 'principal' | 'context'> {
  return {
    principal,
    context: { actor: actorOf(principal), cause: requestId, trace: currentTraceHeaders() },
  };
}

/** A refusal that is kept and answered again is a finished body, not a code to be rendered. */
function toReply({ status, body, replayed }: ScanAnswer): Reply {
  return {
    status,
    body,
    headers: {
      'Content-Type': status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json',
      ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}),
    },
  };
}

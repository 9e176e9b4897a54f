import { type ClosureRunBody, closureRun } from '@turnout/contracts/http/closure-runs';
import { type Answer, must, problemCode, read } from '../api.ts';
import { countOf, type Show } from '../show.ts';
import { waitFor } from '../wait-for.ts';

/** Closes the event, and then once more: the second closure must find nothing to decide. */
export async function closeEvent(show: Show): Promise<void> {
  const { people, differences, say } = show;
  const first = await runClosure(show);
  const counts = {
    attended: countOf(people, 'atClosure', 'attended'),
    noShow: countOf(people, 'atClosure', 'no_show'),
  };
  differences.expect('the closure run', pick(first), { status: 'succeeded', counts });
  const { attended, noShow } = first.counts;
  const took = Date.parse(first.finishedAt ?? first.startedAt) - Date.parse(first.startedAt);
  say(`The event is closed, in ${took} ms: ${attended} attended, ${noShow} no_show.`);

  const second = await runClosure(show);
  const nothing = { attended: 0, noShow: 0 };
  differences.expect('a second closure', pick(second), { status: 'succeeded', counts: nothing });
  say('Closed again: nobody is judged twice.');
}

async function runClosure({ closure, event }: Show): Promise<ClosureRunBody> {
  let requested: Answer | undefined;
  await waitFor(async () => {
    requested = await closure.post(`/v1/events/${event.id}/closure-runs`);
    return problemCode(requested) !== 'closure_in_progress';
  });
  if (!requested) throw new Error('the closure was not requested');
  must(requested, 202);
  const { id } = requested.body as { id: string };
  let run: ClosureRunBody | undefined;
  await waitFor(async () => {
    run = read(await closure.get(`/v1/closure-runs/${id}`), 200, closureRun);
    return run.status !== 'running';
  });
  if (!run) throw new Error('the closure run cannot be read');
  return run;
}

function pick({ status, counts }: ClosureRunBody) {
  return { status, counts };
}

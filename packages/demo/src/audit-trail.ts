import type { PublicEvent } from '@turnout/contracts/events/public-event';
import { type Story, storyOf } from './read-back.ts';
import { allOf, type Show } from './show.ts';

/** How one person came by the verdict: the audit trail, and what the consumer heard of it. */
export function tellStory(
  { say, people }: Show,
  stories: ReadonlyMap<string, Story>,
  events: readonly PublicEvent[],
): void {
  const [person] = allOf(people, ({ atClosure, inTheEnd }) => atClosure !== inTheEnd);
  if (!person) return;
  const { transitions, id } = storyOf(stories, person);
  say(`The audit trail of ${person.name} (${person.kind.who}):`);
  for (const { version, to, triggeredBy, actor, reason, evidence } of transitions) {
    const by = actor.type === 'system' ? 'Turnout' : actor.label;
    const days = evidence ? `, ${evidence.daysPresent.length} of ${evidence.required} days` : '';
    say(`  ${version}. ${to.padEnd(11)} ${reason}${days} (${triggeredBy}: ${by})`);
  }
  const heard = events.filter(({ subject }) => subject === id);
  const steps = heard.map(({ type, sequence }) => `${short(type)} ${sequence}`);
  say(`  The consumer received: ${steps.join(', ')}.`);
}

/** `turnout.check-in.recorded.v1` → `recorded`. */
const short = (type: string) => type.split('.').at(-2);

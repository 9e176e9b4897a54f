import { acceptedEntries, type Kind, kinds } from '../people.ts';
import { type Status, type Story, storyOf } from '../read-back.ts';
import type { Person, Show } from '../show.ts';

/** Everyone's verdict and the expected one, as a table: one line for each kind of person. */
export function checkVerdicts(
  show: Show,
  closed: ReadonlyMap<string, Status>,
  stories: ReadonlyMap<string, Story>,
): void {
  const { say, people } = show;
  const everybody = people.map((person) => {
    const story = storyOf(stories, person);
    const actual = [closed.get(person.enrollmentId) ?? 'nothing', story.status];
    return { person, actual, ok: checkPerson(show, person, actual, story) };
  });
  say('Everyone, with the event days that count, the expected verdict and the actual one:');
  for (const kind of kinds) {
    const alike = everybody.filter(({ person }) => person.kind === kind);
    const wrong = alike.find(({ ok }) => !ok);
    const found = (wrong ?? alike[0])?.actual ?? [];
    const mark = wrong ? `   <-- ${wrong.person.name}` : '';
    say(
      row(
        String(alike.length),
        kind.who,
        kind.days.join(' ') || '-',
        verdicts(expectedOf(kind)),
        verdicts(found),
      ) + mark,
    );
  }
}

function checkPerson(
  { differences, calendar }: Show,
  { name, kind }: Person,
  actual: string[],
  story: Story,
): boolean {
  const { evaluation, transitions } = story;
  const entries = story.checkIns.filter(({ direction }) => direction === 'entry');
  const checks: [string, unknown, unknown][] = [
    ['verdict', actual, expectedOf(kind)],
    ['days present', evaluation.presentDays, kind.days.map((day) => calendar.date(day))],
    ['entries kept', entries.length, acceptedEntries(kind)],
    ['last transition', transitions.at(-1)?.to, story.status],
    ['version', story.version, transitions.length],
    ['attended at', story.attendedAt !== null, story.status === 'attended'],
  ];
  return checks
    .map(([what, found, expected]) => differences.expect(`${name} (${kind.who}), ${what}`, found, expected))
    .every(Boolean);
}

const expectedOf = ({ atClosure, inTheEnd }: Kind): string[] => [atClosure, inTheEnd];

/** Closure's verdict and, where it was turned over, the later one. */
function verdicts([atClosure, inTheEnd]: string[]): string {
  return atClosure === inTheEnd ? String(atClosure) : `${atClosure} → ${inTheEnd}`;
}

function row(people: string, who: string, days: string, expected: string, found: string): string {
  return `${people.padStart(3)}  ${who.padEnd(43)} ${days.padEnd(6)} ${expected.padEnd(19)} ${found}`;
}

import { describe, expect, it } from 'vitest';
import { Identifier, type KnownPerson, type SentPerson } from '../src/enrolling/identify-people.ts';

const ada: KnownPerson = {
  id: 'ada',
  name: 'Ada',
  email: 'ada@example.org',
  emailKey: 'ada@example.org',
  locale: 'en',
  externalId: null,
  outOfReach: false,
};

function sent(person: Partial<SentPerson>): SentPerson {
  const { email = 'ada@example.org' } = person;
  return { name: 'Ada', email, emailKey: email.toLowerCase(), locale: null, externalId: null, ...person };
}

/** Who each of the sent ones is, by id; new people are new-1, new-2 … */
function identify(people: SentPerson[], known: KnownPerson[]) {
  let count = 0;
  const identifier = new Identifier(() => `new-${++count}`);
  identifier.know(known);
  return people.map((person) => identifier.identify(person));
}

function idOf([identity]: ReturnType<typeof identify>): string {
  if (!identity) throw new Error('nobody was identified');
  if (identity.found === 'withheld') return 'withheld';
  return identity.found === 'ambiguous' ? `one of ${identity.candidates}` : identity.person.id;
}

describe('a person is', () => {
  it.each([
    ['new, when nobody is known', sent({}), [], 'new-1'],
    ['whoever has the address', sent({ email: 'ADA@example.org' }), [ada], 'ada'],
    ['whoever has the address, who then gets the external id', sent({ externalId: '7' }), [ada], 'ada'],
    [
      'whoever has the external id, before all others',
      sent({ externalId: '7' }),
      [ada, { ...ada, id: 'seven', externalId: '7', emailKey: 'x@y' }],
      'seven',
    ],
    [
      'whoever has the address and no external id, before those who have one',
      sent({}),
      [{ ...ada, id: 'seven', externalId: '7' }, ada],
      'ada',
    ],
    [
      'new, when an external id was sent and the address belongs to another one',
      sent({ externalId: '8' }),
      [{ ...ada, externalId: '7' }],
      'new-1',
    ],
    [
      'the only one with the address, when no external id was sent',
      sent({}),
      [{ ...ada, externalId: '7' }],
      'ada',
    ],
    [
      'one of several, when the address is not enough',
      sent({}),
      [
        { ...ada, externalId: '7' },
        { ...ada, id: 'eight', externalId: '8' },
      ],
      'one of 2',
    ],
  ])('%s', (_rule, person, known, expected) => {
    expect(idOf(identify([person], known))).toBe(expected);
  });
});

describe('what is known of a person afterwards', () => {
  it('is what was sent', () => {
    const person = sent({ name: 'Ada King', email: 'Ada@Example.org', locale: 'de', externalId: '7' });
    expect(identify([person], [ada])).toEqual([
      { found: 'known', by: 'email', person: { ...person, id: 'ada', outOfReach: false } },
    ]);
  });

  it('keeps the locale and the external id when none was sent', () => {
    const known = { ...ada, externalId: '7' };
    expect(identify([sent({ name: 'Ada King' })], [known])).toEqual([
      { found: 'known', by: 'email', person: { ...known, name: 'Ada King' } },
    ]);
  });

  it('counts for those who come later in the batch', () => {
    const people = [
      sent({ email: 'b@example.org', externalId: '7' }),
      sent({ email: 'c@example.org', externalId: '7' }),
      sent({ email: 'c@example.org' }),
      sent({ email: 'b@example.org' }),
    ];
    const found = identify(people, []).map((identity) => idOf([identity]));
    expect(found).toEqual(['new-1', 'new-1', 'new-1', 'new-2']);
  });
});

describe('somebody out of reach', () => {
  const elsewhere = { ...ada, externalId: '7', outOfReach: true };

  it('is linked by their address, and stays as they are, also for those who come later', () => {
    const people = [
      sent({ name: 'Mallory', email: 'ADA@example.org', locale: 'de' }),
      sent({ externalId: '7' }),
    ];
    const linked = (by: string) => ({ found: 'linked', by, person: elsewhere });
    expect(identify(people, [elsewhere])).toEqual([linked('email'), linked('externalId')]);
  });

  it('is withheld from whoever knows the external id and not the address', () => {
    expect(idOf(identify([sent({ email: 'guess@example.org', externalId: '7' })], [elsewhere]))).toBe(
      'withheld',
    );
  });
});

it('finds out who a hundred thousand people with one address are without looking at each for each', () => {
  const identifier = new Identifier(() => 'new');
  let count = 0;
  const known = Array.from({ length: 100_000 }, (_, index) => ({
    ...ada,
    id: `${index}`,
    externalId: `${index}`,
  }));
  identifier.know(known);
  for (const { id } of known) if (identifier.identify(sent({ externalId: id })).found === 'known') count += 1;
  expect(count).toBe(100_000);
  expect(identifier.identify(sent({}))).toEqual({ found: 'ambiguous', candidates: 100_000 });
});

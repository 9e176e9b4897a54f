import { type DeliveryBody, deliveryBody } from '@turnout/contracts/http/deliveries';
import { listOf } from '@turnout/contracts/http/pagination';
import { read } from '../api.ts';
import { forEach } from '../for-each.ts';
import type { Person, Show } from '../show.ts';
import { waitFor } from '../wait-for.ts';

interface Mail {
  to: string[];
  subject: string;
  text: string;
  headers: Record<string, string>;
}

const page = listOf(deliveryBody);

/** One mail for everybody who attended in the end, and none for anybody else. */
export async function checkMails(show: Show, mailboxUrl: string | null): Promise<void> {
  const { say, people } = show;
  const told = people.filter(({ kind }) => kind.inTheEnd === 'attended');
  const deliveries = await readDeliveries(show, told.length);
  const handedOver = people.map((person) =>
    checkDeliveries(show, person, deliveries.get(person.enrollmentId) ?? []),
  );
  if (mailboxUrl === null) {
    if (handedOver.every(Boolean))
      say(`${told.length} mails went to the mail server, one for each attendee.`);
    return;
  }
  const mails = await readMails(mailboxUrl, told);
  const toPerson = ({ email }: Person) => mails.filter(({ to }) => to.includes(email));
  const asTheyShould = people.map((person) => checkMail(show, person, toPerson(person))).every(Boolean);
  const ours = people.flatMap(toPerson);
  say(`${ours.length} mails arrived${asTheyShould ? ': one for each attendee, none for anyone else' : ''}.`);
  const [example] = ours;
  if (example) say(`  To: ${example.headers.to ?? example.to.join()}   Subject: ${example.subject}`);
}

/** What the notifier says it owes and has sent, by enrollment; waits until nothing is owed any more. */
async function readDeliveries(
  { notifier, people }: Show,
  expected: number,
): Promise<Map<string, DeliveryBody[]>> {
  let found: DeliveryBody[][] = [];
  await waitFor(async () => {
    found = await forEach(people, async ({ enrollmentId }) => {
      const answer = await notifier.get(`/v1/deliveries?enrollmentId=${enrollmentId}`);
      return read(answer, 200, page).items.filter(({ channel }) => channel !== 'webhook');
    });
    const sent = found.flat().filter(({ status }) => status === 'sent').length;
    return sent >= expected && sent === found.flat().length;
  });
  return new Map(people.map(({ enrollmentId }, index) => [enrollmentId, found[index] ?? []]));
}

function checkDeliveries({ differences }: Show, { name, kind }: Person, deliveries: DeliveryBody[]): boolean {
  const statuses = deliveries.map(({ status }) => status);
  const expected = kind.inTheEnd === 'attended' ? ['sent'] : [];
  return differences.expect(`deliveries to ${name} (${kind.who})`, statuses, expected);
}

async function readMails(mailboxUrl: string, to: readonly Person[]): Promise<Mail[]> {
  let mails: Mail[] = [];
  await waitFor(async () => {
    const response = await fetch(`${mailboxUrl}/messages`, { signal: AbortSignal.timeout(10_000) });
    mails = (await response.json()) as Mail[];
    return to.every(({ email }) => mails.some((mail) => mail.to.includes(email)));
  });
  return mails;
}

function checkMail({ differences, event }: Show, { name, kind }: Person, mails: Mail[]): boolean {
  const expected = kind.inTheEnd === 'attended' ? [[`You attended ${event.name}`, true]] : [];
  const found = mails.map(({ subject, text }) => [subject, text.includes(name)]);
  return differences.expect(`mails to ${name} (${kind.who}), subject and greeted by name`, found, expected);
}

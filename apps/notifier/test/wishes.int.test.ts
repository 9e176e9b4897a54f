import { effectsBelongToOneEvent } from '@turnout/invariants/effects-belong-to-one-event';
import { newId } from '@turnout/runtime/ids';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { attendedEvent, closedEvent } from './support/events.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

const opened = new AsyncDisposableStack();
let office: PostOffice;

beforeAll(async () => {
  office = opened.use(await openPostOffice());
  opened.use(await startNotifier(office.config));
});
afterAll(async () => {
  await opened.disposeAsync();
});
beforeEach(async () => {
  await office.db.query('delete from access.settings');
  await office.db.query('delete from notifier.alert_addresses');
});

const wish = async (participants: boolean, organizers: boolean) =>
  await office.db.query(
    'insert into access.settings (organization_id, notify_participants, notify_organizers) values ($1, $2, $3)',
    [office.organization.id, participants, organizers],
  );
const giveAddress = async () =>
  await office.db.query('insert into notifier.alert_addresses (organization_id, email) values ($1, $2)', [
    office.organization.id,
    'office@example.org',
  ]);
const received = async (id: string) =>
  await waitUntil(
    async () =>
      (
        await office.db.query<{ unwanted: boolean }>(
          'select unwanted from notifier.inbox where message_id = $1',
          [id],
        )
      )[0],
  );
const owed = async (id: string) =>
  await office.db.query('select template, enrollment_id from notifier.deliveries where message_id = $1', [
    id,
  ]);
const mailsAbout = (id: string) =>
  office.mailbox.messages().filter(({ headers }) => headers['x-turnout-message-id'] === id);
const closing = () => closedEvent({ organizationId: office.organization.id, eventId: office.eventId });

describe('an organization that wants no mails to participants', () => {
  it('has none sent, while what was received is noted, and again once it wants them', async () => {
    await wish(false, false);
    const quiet = attendedEvent(await office.person());
    await office.publish([quiet]);
    expect(await received(quiet.id)).toEqual({ unwanted: true });
    expect(await owed(quiet.id)).toEqual([]);

    await office.db.query('update access.settings set notify_participants = true');
    const loud = attendedEvent(await office.person());
    await office.publish([quiet, loud]);
    await waitUntil(() => mailsAbout(loud.id).length === 1);
    // It was decided when it came, and is not decided again.
    expect(await owed(quiet.id)).toEqual([]);
    expect(await effectsBelongToOneEvent.findOffenders(office.db)).toEqual([]);
  });
});

describe('an organization that wants to hear of closures', () => {
  it('gets one mail for each, with what was decided, at its alert address, however often it is announced', async () => {
    await wish(true, true);
    await giveAddress();
    await office.person();
    const event = closing();
    await office.publish([event, event, event]);
    const [mail] = await waitUntil(() => {
      const mails = mailsAbout(event.id);
      return mails.length > 0 ? mails : null;
    });
    expect(mail).toMatchObject({ to: ['office@example.org'], subject: 'TypeScript Days was closed' });
    expect(mail?.text).toContain('1 attended, 0 did not');
    expect(mail?.text).toContain(office.eventId);
    const later = closing();
    await office.publish([event, later]);
    await waitUntil(() => mailsAbout(later.id).length > 0);
    expect(await owed(event.id)).toEqual([{ template: 'event-closed', enrollment_id: null }]);
    expect(mailsAbout(event.id)).toHaveLength(1);
  });

  it('gets none as long as it has no address, or has not asked for it', async () => {
    await wish(true, true);
    const nowhere = closing();
    await office.publish([nowhere]);
    await received(nowhere.id);
    await giveAddress();
    await office.db.query('update access.settings set notify_organizers = false');
    const unasked = closing();
    await office.publish([unasked]);
    await received(unasked.id);
    const others = closedEvent({ organizationId: newId(), eventId: newId() });
    await office.publish([others]);
    await received(others.id);
    for (const { id } of [nowhere, unasked, others]) expect(await owed(id)).toEqual([]);
  });

  it('is told of an event that nobody was in', async () => {
    await wish(true, true);
    await giveAddress();
    const event = closedEvent({ organizationId: office.organization.id, eventId: newId() });
    await office.publish([event]);
    await waitUntil(() => mailsAbout(event.id).length > 0);
    expect(mailsAbout(event.id)[0]?.subject).toBe('An event was closed');
  });
});

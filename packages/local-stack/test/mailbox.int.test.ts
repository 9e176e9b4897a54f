import { createTransport } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { type Mail, startMailbox } from '../src/mailbox.ts';

async function listed(url: string, query = ''): Promise<Mail[]> {
  const response = await fetch(`${url}/messages${query}`);
  return (await response.json()) as Mail[];
}

function send(smtpUrl: string, to: string, subject: string): Promise<unknown> {
  const transport = createTransport({ url: smtpUrl });
  return transport.sendMail({
    from: 'Turnout <events@example.com>',
    to,
    subject,
    text: `To ${to}: “${subject}” — żółć\n`.repeat(5),
    html: '<p>the same</p>',
    messageId: `<${to}-1@turnout>`,
  });
}

describe('the mailbox', () => {
  it('lists what was sent, newest last, and keeps to one address when asked', async () => {
    await using mailbox = await startMailbox();
    await send(mailbox.smtpUrl, 'ada@example.com', 'You attended Zażółć gęślą jaźń, a long name of an event');
    await send(mailbox.smtpUrl, 'Grace@example.com', 'You attended TypeScript Days');
    const all = await listed(mailbox.url);
    expect(all.map(({ id, to }) => [id, to])).toEqual([
      [1, ['ada@example.com']],
      [2, ['Grace@example.com']],
    ]);
    expect(all[0]).toMatchObject({
      from: 'Turnout <events@example.com>',
      subject: 'You attended Zażółć gęślą jaźń, a long name of an event',
      messageId: '<ada@example.com-1@turnout>',
    });
    expect(all[0]?.text).toContain('“You attended Zażółć gęślą jaźń, a long name of an event” — żółć');
    expect(all[0]?.headers['content-type']).toContain('multipart/alternative');
    expect(await listed(mailbox.url, '?to=grace@example.com')).toEqual([all[1]]);
  });

  it('tells the sender to try again when the mail is refused, and does not keep it', async () => {
    let refuse = true;
    await using mailbox = await startMailbox({
      onMail: () => {
        if (refuse) throw new Error('not now');
      },
    });
    await expect(send(mailbox.smtpUrl, 'ada@example.com', 'Hello')).rejects.toMatchObject({
      responseCode: 451,
    });
    refuse = false;
    await send(mailbox.smtpUrl, 'ada@example.com', 'Hello');
    expect(await listed(mailbox.url)).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { parseMail } from '../src/mail-message.ts';

const mail = (...lines: string[]) => parseMail(Buffer.from(lines.join('\r\n')));

describe('a mail', () => {
  it('is read as it was written', () => {
    const read = mail(
      'From: Turnout <events@example.com>',
      'Message-ID: <1@turnout>',
      'Subject: You attended TypeScript Days',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 7bit',
      '',
      'Hello Ada,',
      'thank you.',
      '',
    );
    expect(read).toMatchObject({
      from: 'Turnout <events@example.com>',
      messageId: '<1@turnout>',
      subject: 'You attended TypeScript Days',
      text: 'Hello Ada,\nthank you.',
    });
  });

  it('has a subject in any script, also one whose characters are split between encoded words', () => {
    expect(mail('Subject: =?UTF-8?Q?Za=C5=BC=C3=B3=C5=82=C4=87_g=C4=99=C5=9Bl=C4=85?=', '', '').subject).toBe(
      'Zażółć gęślą',
    );
    expect(mail('Subject: =?utf-8?B?w4TD?=', ' =?utf-8?B?lsOc?= end', '', '').subject).toBe('ÄÖÜ end');
    expect(mail('Subject: =?iso-8859-1?Q?caf=E9?=', '', '').subject).toBe('café');
  });

  it('has a header folded over several lines', () => {
    expect(mail('Subject: one', '\ttwo', '', '').subject).toBe('one\ttwo');
  });

  it('has a quoted-printable text with soft line breaks', () => {
    const { text } = mail(
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'caf=C3=A9 and a line that is =',
      'broken=3D',
    );
    expect(text).toBe('café and a line that is broken=');
  });

  it('has a base64 text', () => {
    const encoded = Buffer.from('Łódź\n').toString('base64');
    const head = ['Content-Type: text/plain; charset="utf-8"', 'Content-Transfer-Encoding: base64'];
    expect(mail(...head, '', encoded).text).toBe('Łódź');
  });

  it('has the plain one of several texts', () => {
    const { text } = mail(
      'Content-Type: multipart/alternative; boundary="--b1"',
      '',
      'a preamble that nobody reads',
      '----b1',
      'Content-Type: text/html',
      '',
      '<p>Hello</p>',
      '----b1',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      'Grüße',
      '----b1--',
      '',
    );
    expect(text).toBe('Grüße');
  });

  it('has the text within nested parts', () => {
    const { text } = mail(
      'Content-Type: multipart/mixed; boundary=outer',
      '',
      '--outer',
      'Content-Type: multipart/alternative; boundary=inner',
      '',
      '--inner',
      '',
      'no headers, so plain text',
      '--inner--',
      '--outer',
      'Content-Type: application/pdf',
      '',
      'x',
      '--outer--',
    );
    expect(text).toBe('no headers, so plain text');
  });

  it('is shown as it came when it is malformed', () => {
    expect(mail('no header at all')).toMatchObject({ subject: '', text: '', messageId: null });
    expect(mail('Subject: =?x-nothing?Q?abc?=', '', '').subject).toBe('abc');
  });
});

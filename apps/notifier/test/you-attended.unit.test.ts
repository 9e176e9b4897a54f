import { describe, expect, it } from 'vitest';
import { writeText } from '../src/notifications/templates.ts';

const ada = { name: 'Ada Lovelace', locale: 'en', eventName: 'TypeScript Days' };
const write = (content: object, reader = ada) => writeText('you-attended', content, reader);

describe('the mail to someone who attended', () => {
  it('names the event and the days they were there, in order', () => {
    const { subject, text } = write({ daysPresent: ['2026-05-03', '2026-05-01'], corrected: false });
    expect(subject).toBe('You attended TypeScript Days');
    expect(text).toBe(
      [
        'Hello Ada Lovelace,',
        'thank you for being part of TypeScript Days. Your attendance is confirmed.',
        'You were present on 2 days:\n  Friday, 1 May 2026\n  Sunday, 3 May 2026',
        'This message was sent automatically. If anything in it is wrong, please contact the organizer.\n',
      ].join('\n\n'),
    );
  });

  it('says "one day" for one', () => {
    expect(write({ daysPresent: ['2026-05-01'], corrected: false }).text).toContain(
      'on one day:\n  Friday, 1 May',
    );
  });

  it('is silent about days when an organizer decided without a check-in', () => {
    expect(write({ daysPresent: [], corrected: false }).text).not.toContain('You were present');
  });

  it('says that it corrects an earlier verdict', () => {
    expect(write({ daysPresent: [], corrected: true }).text).toContain('This has been corrected.');
  });

  it('writes names of any script as they are', () => {
    const { text } = write(
      { daysPresent: [], corrected: false },
      { ...ada, name: 'Żaneta 王', locale: 'pl' },
    );
    expect(text).toMatch(/^Hello Żaneta 王,/);
  });

  it('is not written from content that another template stored', () => {
    expect(() => write({ something: 'else' })).toThrow();
    expect(() => writeText('unheard-of', {}, ada)).toThrow('no template unheard-of');
  });
});

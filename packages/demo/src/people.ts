import type { ShowDate } from './calendar.ts';

/** One badge in front of one scanner. */
export interface Scan {
  /** A date of the calendar: 00:40 on date 2 is in the night that began on date 1. */
  on: ShowDate;
  at: string;
  exit?: true;
  /** How it reaches the server; without it: once, by itself, before closure. */
  arrives?: 'three times' | 'at two doors at once' | 'from an offline device' | 'after closure';
  /** A supervisor takes it back before closure. */
  annulled?: true;
}

export type Verdict = 'attended' | 'no_show' | 'cancelled';

/** People to whom the same happens, and what must come of it: written down here, not worked out by any rule. */
export interface Kind {
  who: string;
  names: string[];
  scans: Scan[];
  /** The ticket is cancelled before closure. */
  cancelled?: true;
  /** Before closure an admin says that they were there on this day. */
  vouchedFor?: 1 | 2 | 3;
  /** After closure an admin turns the verdict over. */
  corrected?: true;
  /** The event days that count in the end. */
  days: (1 | 2 | 3)[];
  atClosure: Verdict;
  inTheEnd: Verdict;
}

/** The cast: 40 people. Attended is who was present on at least 2 of 3 days; a day lasts until 04:00 of the next. */
export const kinds: Kind[] = [
  {
    who: 'never came',
    names: ['Amelie Brandt', 'Tomás Herrera', 'Priya Raman', 'Oskar Lindqvist'],
    scans: [],
    days: [],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'came on one day',
    names: ['Zoë Hartmann', 'Kofi Mensah', 'Ines Ferreira'],
    scans: [{ on: 2, at: '09:12' }],
    days: [2],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'came on two days',
    names: ['Grace Okafor', 'Jonas Weidmann', 'Mei-Ling Zhao', 'Andrés Quiroga'],
    scans: [
      { on: 1, at: '08:55' },
      { on: 3, at: '10:20' },
    ],
    days: [1, 3],
    atClosure: 'attended',
    inTheEnd: 'attended',
  },
  {
    who: 'came on all three days',
    names: ['Ada Kowalska', 'Björn Ekström', 'Fatima Zahra Idrissi'],
    scans: [
      { on: 1, at: '09:02' },
      { on: 2, at: '08:58' },
      { on: 3, at: '09:31' },
    ],
    days: [1, 2, 3],
    atClosure: 'attended',
    inTheEnd: 'attended',
  },
  {
    who: 'one day: in, out for lunch, in again',
    names: ['Chloé Marchand', 'Rui Tavares', 'Hanna Virtanen'],
    scans: [
      { on: 2, at: '09:05' },
      { on: 2, at: '12:30', exit: true },
      { on: 2, at: '13:40' },
    ],
    days: [2],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'one evening, and again at 00:40 that night',
    names: ['Niklas Sommer', 'Yara Haddad'],
    scans: [
      { on: 1, at: '19:30' },
      { on: 2, at: '00:40' },
    ],
    days: [1],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'at 02:40 in the night, and that day at noon',
    names: ['Leonie Fuchs', 'Mateo Rossi'],
    scans: [
      { on: 2, at: '02:40' },
      { on: 2, at: '12:00' },
    ],
    days: [1, 2],
    atClosure: 'attended',
    inTheEnd: 'attended',
  },
  {
    who: 'one day, and the last night at 01:15',
    names: ['Sanna Mäkinen'],
    scans: [
      { on: 2, at: '10:10' },
      { on: 4, at: '01:15' },
    ],
    days: [2, 3],
    atClosure: 'attended',
    inTheEnd: 'attended',
  },
  {
    who: 'the day before to set up, and one day',
    names: ['Dmitri Volkov'],
    scans: [
      { on: 0, at: '15:00' },
      { on: 1, at: '08:30' },
    ],
    days: [1],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'one day, and seen leaving on another',
    names: ['Siobhán Keane'],
    scans: [
      { on: 1, at: '09:40' },
      { on: 2, at: '17:05', exit: true },
    ],
    days: [1],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'one day, sent three times by a bad network',
    names: ['Paul Schäfer', 'Aiko Tanaka'],
    scans: [{ on: 1, at: '09:15', arrives: 'three times' }],
    days: [1],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'one day, at two doors in the same instant',
    names: ['Lucía Navarro', 'Emre Yildiz'],
    scans: [{ on: 3, at: '09:00', arrives: 'at two doors at once' }],
    days: [3],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'two days, one of them annulled',
    names: ['Greta Nowak'],
    scans: [
      { on: 1, at: '09:20' },
      { on: 2, at: '09:25', annulled: true },
    ],
    days: [1],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'scanned by mistake, and annulled',
    names: ['Victor Dubois'],
    scans: [{ on: 2, at: '09:26', annulled: true }],
    days: [],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'cancelled before the event',
    names: ['Elif Demir'],
    scans: [],
    cancelled: true,
    days: [],
    atClosure: 'cancelled',
    inTheEnd: 'cancelled',
  },
  {
    who: 'came on one day, then cancelled',
    names: ['Marek Zieba'],
    scans: [{ on: 1, at: '10:00' }],
    cancelled: true,
    days: [1],
    atClosure: 'cancelled',
    inTheEnd: 'cancelled',
  },
  {
    who: 'two days, from a device that was offline',
    names: ['Aoife Brennan', 'Samuel Adeyemi', 'Klara Vogel'],
    scans: [
      { on: 2, at: '09:45', arrives: 'from an offline device' },
      { on: 3, at: '09:50', arrives: 'from an offline device' },
    ],
    days: [2, 3],
    atClosure: 'attended',
    inTheEnd: 'attended',
  },
  {
    who: 'one day, and an admin vouched for another',
    names: ['Nadia Petrova'],
    scans: [{ on: 3, at: '09:08' }],
    vouchedFor: 1,
    days: [1, 3],
    atClosure: 'attended',
    inTheEnd: 'attended',
  },
  {
    who: 'two days, one of them synced after closure',
    names: ['José Carreño', 'Linh Nguyen'],
    scans: [
      { on: 1, at: '09:33' },
      { on: 3, at: '11:11', arrives: 'after closure' },
    ],
    days: [1, 3],
    atClosure: 'no_show',
    inTheEnd: 'attended',
  },
  {
    who: 'one day, synced after closure',
    names: ['Ewa Wójcik'],
    scans: [{ on: 2, at: '14:00', arrives: 'after closure' }],
    days: [2],
    atClosure: 'no_show',
    inTheEnd: 'no_show',
  },
  {
    who: 'one day, and an admin corrected the verdict',
    names: ['Henrik Olsen'],
    scans: [{ on: 1, at: '09:17' }],
    corrected: true,
    days: [1],
    atClosure: 'no_show',
    inTheEnd: 'attended',
  },
];

/** How many entries of one such person are accepted, all told: each is a check-in, and an event of its own. */
export function acceptedEntries({ scans, vouchedFor }: Kind): number {
  const entries = scans.filter(({ exit }) => !exit);
  const twice = entries.filter(({ arrives }) => arrives === 'at two doors at once');
  return entries.length + twice.length + (vouchedFor ? 1 : 0);
}

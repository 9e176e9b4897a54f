// Sends a mail by each of the URLs it is given, as the notifier does, and prints what became of each.
import { openEmailChannel } from '../../src/channels/email.ts';

const from = { name: 'Turnout', address: 'turnout@localhost' };
const mail = {
  id: 'm',
  about: 'm',
  to: { name: 'Ada', address: 'ada@example.org' },
  subject: 'You attended',
  text: 'Yes.',
};
const results = process.argv.slice(2).map(async (smtpUrl) => {
  await using channel = openEmailChannel({ smtpUrl, from, timeoutMs: 20_000 });
  return await channel.sendMail(mail, new AbortController().signal);
});
console.log(JSON.stringify(await Promise.all(results)));

/** Text that people have as names, or send to see what happens. `mark` finds it again, and is a part of it. */
export const hostileText: readonly ((mark: string) => string)[] = [
  (mark) => `${mark}'); drop table attendance.participants; --`,
  (mark) => `${mark}" or ""="`,
  (mark) => `=HYPERLINK("http://example.org?${mark}")`,
  (mark) => `@SUM(${mark})`,
  (mark) => `+${mark}|cmd /C calc!A0`,
  (mark) => `<script>alert(${mark})</script>&amp;`,
  (mark) => `\${jndi:ldap://${mark}} {{7*7}} $1 :name ? %s %n`,
  (mark) => `${mark}\u202Egnp.exe\u202C`,
  (mark) => `${mark} Zo\u0308e\u0301 👩🏽‍🚀 𝔸 \u{10FFFD}`,
  (mark) => `${mark}@example.org`,
  (mark) => `C:\\new\\${mark}\\0 \\u0000 %00 %0d%0a`,
  (mark) => `${mark}constructor.prototype.__proto__`,
  (mark) => `  ${mark}  `,
  (mark) => `../../etc/${mark}`,
  (mark) => `${mark},bcc:eve@example.org`,
];

/** Text that cannot be kept as it is, or is more than anybody has to say. */
export const impossibleText: readonly string[] = [
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"ada@example.org\\r\\nBcc: eve@example.org"',
  '"x\\u0000\\u001b[31m"',
  JSON.stringify(`${'a'.repeat(40_000)}!`),
  JSON.stringify(`${'a@-'.repeat(10_000)}`),
  JSON.stringify(' '.repeat(30_000)),
];

/** Not text: each as JSON writes it. */
export const noText: readonly string[] = ['[]', '["a"]', '{}', '{"toString":1}', 'true', '5', '1e400'];

/** Not numbers that a count can be. */
export const noCount: readonly string[] = [
  '"1"',
  '[]',
  '{}',
  'true',
  '1.5',
  '-1',
  '1e400',
  '-1e400',
  '9007199254740993',
  '1e21',
];

export const noTime: readonly string[] = [
  '2026-02-30T09:00:00Z',
  '2026-02-29T09:00:00Z',
  '2026-13-01T09:00:00Z',
  '2026-05-01T25:00:00Z',
  '2026-05-01T23:59:60Z',
  '2026-05-01T09:00:00',
  '2026-05-01',
  '2026-05-01 09:00:00Z',
  '2026-05-01T09:00Z',
  '2026-05-01T09:00:00+25:00',
  '2026-05-01T09:00:00 Europe/Berlin',
  '+010000-01-01T00:00:00Z',
  '10000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '1777626000',
  'now',
  'infinity',
].map((text) => JSON.stringify(text));

export const noId: readonly string[] = [
  '""',
  '"1"',
  '"x"',
  '"01997e2c-0000-7000-8000-00000000000"',
  '"01997e2c-0000-7000-8000-0000000000000"',
  '"01997e2c00007000800000000000000"',
  '"{01997e2c-0000-7000-8000-000000000000}"',
  '"urn:uuid:01997e2c-0000-7000-8000-000000000000"',
  '"01997e2c-0000-7000-8000-00000000000g"',
  '"\' or 1=1 --"',
  '0',
  '[]',
  '{}',
];

/** What nobody may set: properties that things have inside. */
export const inside: readonly string[] = [
  'organizationId',
  'version',
  'createdAt',
  'closedAt',
  'actor',
  'isAdmin',
  'constructor',
  'toString',
];

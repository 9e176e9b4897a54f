// Preloaded into a service: from here on its clock is wrong by CLOCK_SHIFT_HOURS.
const shiftMs = Number(process.env.CLOCK_SHIFT_HOURS) * 3_600_000;

globalThis.Date = new Proxy(Date, {
  apply: (Original) => new Original(Original.now() + shiftMs).toString(),
  construct: (Original, args: [], NewTarget) =>
    Reflect.construct(Original, args.length > 0 ? args : [Original.now() + shiftMs], NewTarget) as Date,
  get: (Original, name, receiver) =>
    name === 'now' ? () => Original.now() + shiftMs : Reflect.get(Original, name, receiver),
});

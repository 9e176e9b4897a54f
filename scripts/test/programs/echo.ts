// Says what it was given, then ends with the code of its first argument, or waits to be told to stop.
const [code, ...rest] = process.argv.slice(2);
if (code === 'wait') {
  const waiting = setInterval(() => {}, 1_000);
  process.once('SIGTERM', () => {
    clearInterval(waiting);
    console.log('told to stop');
    process.exitCode = 3;
  });
} else process.exitCode = Number(code);
const major = Number(process.versions.node.split('.')[0]);
console.log(JSON.stringify({ major, rest, pid: process.pid }));

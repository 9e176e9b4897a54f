// Stands in for npm: notes that it runs, takes its time, and writes its record last, as npm does.
import { appendFileSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';

rmSync('node_modules', { recursive: true, force: true });
appendFileSync('notes', 'begin ');
if (existsSync('fail')) {
  console.error('npm error 404 Not Found');
  process.exit(1);
}
const waitForGo = setInterval(() => {
  if (existsSync('hold')) return;
  clearInterval(waitForGo);
  mkdirSync('node_modules', { recursive: true });
  copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
  appendFileSync('notes', 'end ');
}, 20);

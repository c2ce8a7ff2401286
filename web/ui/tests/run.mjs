// node tests/run.mjs [FOLDER…]
// Runs the tests (*.test.ts) of the folders below tests/, or of all: bundles each with esbuild, as the pages are, and gives them to `node --test`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const chosen = process.argv.slice(2);
const folders = chosen.length > 0 ? chosen : readdirSync(here, { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => one.name);
const tests = folders.flatMap((folder) => readdirSync(join(here, folder)).filter((name) => name.endsWith('.test.ts')).map((name) => join(here, folder, name)));
if (tests.length === 0) throw new Error(`there is no test in ${folders.join(', ')}`);

const out = mkdtempSync(join(tmpdir(), 'countersign-ui-tests-'));
try {
  await build({
    entryPoints: tests,
    outdir: out,
    outbase: here,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    sourcemap: 'inline',
    logLevel: 'warning',
    define: { DATA: JSON.stringify(join(here, '../../../tests/data')) },
  });
  const built = tests.map((test) => join(out, relative(here, test).replace(/\.ts$/, '.mjs')));
  process.exitCode = spawnSync(process.execPath, ['--no-warnings', '--enable-source-maps', '--test', '--test-reporter=spec', ...built], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}

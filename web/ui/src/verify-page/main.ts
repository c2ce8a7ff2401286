import { UnknownFile, verifyBundle, WrongOption, type Progress } from '../verify/index';
import { field, h, setWrong } from './dom';
import { resultOf } from './result';
import { texts } from './texts';

const share = new Intl.NumberFormat('en', { style: 'percent' });

const [file, fileField] = field('file', texts.bundle, texts.choose, h('input', { type: 'file', accept: '.zip', required: true }));
const [fingerprint, fingerprintField] = field(
  'fingerprint',
  texts.fingerprint,
  texts.fingerprintWhat,
  h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', class: 'code' }),
);
const [logKey, logKeyField] = field('logKey', texts.logKey, texts.logKeyWhat, h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', class: 'code' }));
const [checkpoint, checkpointField] = field('knownCheckpoint', texts.checkpoint, texts.checkpointWhat, h('textarea', { rows: 6, spellcheck: 'false', class: 'code' }));

const check = h('button', { type: 'submit', class: 'main' }, texts.check);
const cancel = h('button', { type: 'button' }, texts.cancel);
const bar = h('progress', { max: 1, value: 0, 'aria-labelledby': 'running-text' });
const runningText = h('p', { id: 'running-text' });
const running = h('section', { class: 'card', hidden: true }, runningText, bar, h('div', {}, cancel));
const notice = h('div', { role: 'status' });
const result = h('div', {});
const more = h('details', { class: 'more' }, h('summary', {}, texts.more), logKeyField, checkpointField);
const form = h(
  'form',
  { novalidate: true },
  h('section', { class: 'card' }, fileField),
  h('section', { class: 'card' }, h('h2', {}, texts.compare), h('p', { class: 'hint' }, texts.compareWhat), fingerprintField, more),
  h('div', {}, check),
);

const FIELDS = ['file', 'fingerprint', 'logKey', 'knownCheckpoint'];
let stop: AbortController | undefined;

function say(text: string): void {
  notice.replaceChildren(...(text ? [h('p', { class: 'notice' }, text)] : []));
}

function showProgress({ done, total }: Progress): void {
  const part = total > 0 ? done / total : 0;
  bar.value = part;
  runningText.textContent = texts.reading(share.format(part));
}

function explain(error: unknown): void {
  if (error instanceof WrongOption) {
    if (error.option !== 'fingerprint') more.open = true;
    setWrong(error.option, error.message);
    document.getElementById(error.option)?.focus();
  } else if (error instanceof UnknownFile) {
    setWrong('file', error.message);
    file.focus();
  } else if (error instanceof DOMException) {
    say(error.name === 'AbortError' ? texts.cancelled : texts.unreadable);
  } else {
    say(texts.unreadable);
    throw error;
  }
}

async function run(bundle: File): Promise<void> {
  stop?.abort();
  const own = new AbortController();
  stop = own;
  result.replaceChildren();
  say('');
  FIELDS.forEach((id) => setWrong(id, ''));
  showProgress({ done: 0, total: 0 });
  running.hidden = false;
  check.disabled = true;
  try {
    const report = await verifyBundle(bundle, {
      fingerprint: fingerprint.value,
      logKey: logKey.value,
      knownCheckpoint: checkpoint.value,
      onProgress: showProgress,
      signal: own.signal,
    });
    result.replaceChildren(resultOf(report, bundle.name));
    document.getElementById('verdict')?.focus();
  } catch (error) {
    explain(error);
  } finally {
    if (stop === own) {
      running.hidden = true;
      check.disabled = false;
    }
  }
}

function start(): void {
  const bundle = file.files?.[0];
  if (bundle) return void run(bundle);
  setWrong('file', texts.noFile);
  file.focus();
}

function followTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => document.documentElement.setAttribute('data-theme', dark.matches ? 'dark' : 'light');
  dark.addEventListener('change', apply);
  apply();
}

function acceptDrops(): void {
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    const files = event.dataTransfer?.files;
    if (!files || files.length === 0) return;
    file.files = files;
    start();
  });
}

followTheme();
form.addEventListener('submit', (event) => {
  event.preventDefault();
  start();
});
cancel.addEventListener('click', () => stop?.abort());
file.addEventListener('change', () => setWrong('file', ''));
acceptDrops();
document.body.append(
  h(
    'main',
    {},
    h('h1', {}, texts.title),
    h('p', { class: 'lead' }, texts.lead),
    h('section', { class: 'card caution' }, h('h2', {}, texts.caution), h('p', {}, texts.cautionWhat)),
    form,
    running,
    notice,
    result,
  ),
);

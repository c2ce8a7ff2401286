import type { Check, Claim, Report } from '../verify/index';
import { h } from './dom';
import { texts } from './texts';

const TONES = { passed: 'good', failed: 'bad', not_claimed: 'plain', not_checked: 'warn' } as const;
const VERDICT_TONES = { verified: 'good', intact_but_identity_not_checked: 'warn', failed: 'bad' } as const;
const MARKS = { good: '✓', bad: '✗', warn: '?', plain: '–' } as const;

type Tone = keyof typeof MARKS;

function badge(tone: Tone, text: string): HTMLElement {
  return h('span', { class: `badge ${tone}` }, h('span', { 'aria-hidden': 'true' }, `${MARKS[tone]} `), text);
}

function claim(one: Claim): HTMLElement {
  const tone: Tone = one.proven ? 'good' : 'warn';
  return h('li', {}, h('div', { class: 'line' }, h('strong', {}, texts.words[one.word]), badge(tone, one.proven ? texts.proven : texts.notProven)), h('p', {}, one.sentence));
}

function checkLine(one: Check): HTMLElement {
  const { place } = one;
  const where = place ? texts.place(place.file ?? '', place.line, place.seq) : '';
  return h(
    'li',
    { 'data-check': one.name, 'data-state': one.state },
    h('div', { class: 'line' }, badge(TONES[one.state], texts.states[one.state]), h('code', {}, one.name)),
    h('p', {}, one.sentence),
    ...(where ? [h('p', { class: 'place' }, where)] : []),
  );
}

function facts(report: Report): HTMLElement {
  const all: [string, string | undefined][] = [
    [texts.log, report.log],
    [texts.period, report.period && texts.periodIs(report.period.from, report.period.to)],
    [texts.records, texts.recordsAre(report.records, report.withheld)],
    [texts.profile, report.profile],
    [texts.recipient, report.recipient],
    [texts.signer, report.signer],
    [texts.certificate, report.signer_fingerprint],
    [texts.timestamp, report.timestamp],
  ];
  return h('dl', {}, ...all.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value ?? '')]));
}

function save(report: Report): HTMLElement {
  const button = h('button', { type: 'button' }, texts.save);
  button.addEventListener('click', () => {
    const address = URL.createObjectURL(new Blob([`${JSON.stringify(report, null, 2)}\n`], { type: 'application/json' }));
    h('a', { href: address, download: texts.saveName }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
  return button;
}

/** A report as people read it: the verdict first, then what is proven, then every check. */
export function resultOf(report: Report, file: string): HTMLElement {
  const tone = VERDICT_TONES[report.verdict];
  const whole = h('section', { class: `card verdict ${tone}`, 'aria-labelledby': 'verdict', 'data-verdict': report.verdict });
  whole.append(h('h2', { id: 'verdict', tabindex: -1 }, `${MARKS[tone]} ${texts.verdicts[report.verdict]}`), h('p', { class: 'sentence' }, report.sentence));
  if (report.verdict === 'intact_but_identity_not_checked') whole.append(h('p', { class: 'hint' }, texts.compareFingerprint));
  const command = `countersign verify ${file.replace(/[^\w.-]/g, '?')} --fingerprint SHA256:…`;
  return h(
    'div',
    { class: 'results' },
    whole,
    ...(report.promises.length > 0 ? [h('section', { class: 'card' }, h('h2', {}, texts.promises), h('ul', {}, ...report.promises.map(claim)))] : []),
    h('section', { class: 'card' }, h('h2', {}, texts.checks), h('ul', {}, ...report.checks.map(checkLine))),
    h('section', { class: 'card' }, h('h2', {}, texts.facts), facts(report), h('div', {}, save(report))),
    h('section', { class: 'card' }, h('h2', {}, texts.further), h('p', {}, texts.furtherWhat), h('pre', { tabindex: 0 }, command)),
  );
}

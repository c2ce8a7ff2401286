import { useState } from 'preact/hooks';
import { t } from '../texts';
import { Raw } from './raw';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const COLOURS = 8;

/** Whether a text has the form of a token. */
export function isToken(text: unknown): text is string {
  return typeof text === 'string' && TOKEN.test(text);
}

/** A small picture that is the same wherever the same token stands. It helps the eye; what counts are the characters. */
export function TokenMark({ token }: { token: string }) {
  let bits = 0x811c9dc5;
  for (let at = 0; at < token.length; ++at) bits = Math.imul(bits ^ token.charCodeAt(at), 0x01000193) >>> 0;
  const cells: string[] = [];
  for (let at = 0; at < 15; ++at) {
    if (((bits >>> at) & 1) === 0) continue;
    const row = at % 5;
    const column = Math.floor(at / 5);
    cells.push(`M${column} ${row}h1v1h-1z`);
    if (column < 2) cells.push(`M${4 - column} ${row}h1v1h-1z`);
  }
  return (
    <svg class={`mark mark-${(bits >>> 20) % COLOURS}`} viewBox="-1 -1 7 7" aria-hidden="true">
      <rect x="-1" y="-1" width="7" height="7" rx="1" />
      <path d={cells.join('')} />
    </svg>
  );
}

interface TokenProps {
  token: string;
  /** What it stands for: `email`, `phone`, … */
  kind?: string;
  /** A click copies all of it. Not in lists, where it would be one stop of many. */
  copy?: boolean;
  whole?: boolean;
}

/** A token, shortened, with its mark. What is none is shown as the text that it is. */
export function Token({ token, kind, copy = false, whole = false }: TokenProps) {
  const [copied, setCopied] = useState(false);
  if (!isToken(token)) return <Raw text={String(token)} inline={!whole} most={whole ? 600 : 24} />;
  const text = (
    <>
      <TokenMark token={token} />
      {kind && <span class="token-kind">{t.token.kinds[kind] ?? kind}</span>}
      <bdi class="mono">{whole ? token : `${token.slice(0, 8)}…`}</bdi>
    </>
  );
  if (!copy)
    return (
      <span class="token" title={token}>
        {text}
      </span>
    );
  return (
    <button
      type="button"
      class="token"
      title={token}
      onClick={() => {
        void navigator.clipboard.writeText(token).then(() => {
          setCopied(true);
          setTimeout(() => setCopied(false), 2_000);
        });
      }}
    >
      {text}
      <span class="token-copy" role="status">
        {copied ? t.common.copied : <span class="unseen">{t.token.copy}</span>}
      </span>
    </button>
  );
}

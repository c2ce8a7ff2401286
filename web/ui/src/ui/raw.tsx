import { useState } from 'preact/hooks';
import { t } from '../texts';
import { Button } from './controls';
import { bytesText } from './time';
import { beginningOf, runsOf } from './visible';

interface RawProps {
  text: string;
  /** Characters that are shown at first. */
  most?: number;
  /** Keeps line feeds and tabs. */
  lines?: boolean;
  /** In a list or a sentence: what is longer ends in an ellipsis, and nothing unfolds. */
  inline?: boolean;
}

/**
 * A text from the ledger, isolated from what stands beside it. Characters that nobody sees, or that would turn the direction of writing, are shown as
 * escapes such as \u202e; what is long is folded.
 */
export function Raw({ text, most = 600, lines = false, inline = false }: RawProps) {
  const [open, setOpen] = useState(false);
  const long = text.length > most;
  const shown = long && !open ? beginningOf(text, most) : text;
  return (
    <>
      <bdi class="raw">
        {runsOf(shown, lines).map((run, at) => (run.escape ? <span key={at} class="escape">{run.text}</span> : run.text))}
        {long && !open && '…'}
      </bdi>
      {long && !inline && (
        <span class="raw-fold">
          <Button kind="quiet" expanded={open} onClick={() => setOpen(!open)}>
            {open ? t.raw.fold : t.raw.unfold(bytesText(new TextEncoder().encode(text).length))}
          </Button>
        </span>
      )}
    </>
  );
}

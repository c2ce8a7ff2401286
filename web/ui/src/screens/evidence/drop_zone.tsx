import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../../texts';

/** A place to drop a file, which is a button for a file as well. A file that misses it is taken, too: else the browser would leave the page for it. */
export function DropZone({ onFile, small }: { onFile: (file: File) => void; small: boolean }) {
  const id = useId();
  const over = useDrop(onFile);
  return (
    <div class={`drop-zone${over ? ' over' : ''}${small ? ' small' : ''}`}>
      {!small && <h2>{t.evidence.verify.drop}</h2>}
      <p id={`${id}-what`}>{t.evidence.verify.dropWhat}</p>
      <div class="file-choice">
        <input
          id={id}
          type="file"
          class="unseen"
          accept=".zip,application/zip"
          aria-describedby={`${id}-what`}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) onFile(file);
            // So that the same file can be chosen once more.
            event.currentTarget.value = '';
          }}
        />
        <label class="button main" for={id}>
          {small ? t.evidence.verify.chooseOther : t.evidence.verify.choose}
        </label>
      </div>
    </div>
  );
}

/** Takes files that are dropped anywhere on the page; gives whether one is held over it. */
function useDrop(onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onFile);
  latest.current = onFile;
  useEffect(() => {
    const hold = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      latest.current(file);
    };
    addEventListener('dragover', hold);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', hold);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return over;
}

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../texts';
import { Button } from './controls';
import { numberText, utcDayText } from './time';

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

export function Notice({ tone = 'info', children }: { tone?: Tone; children: ComponentChildren }) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

export function Loading({ what = t.common.loading }: { what?: string }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      {what}
    </p>
  );
}

/** Where there is nothing: what this place is for, and what to do next. */
export function Empty({ title, children, action }: { title: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <div class="actions">{action}</div>}
    </div>
  );
}

export function Card({ title, children, actions, level = 2 }: { title?: string; children: ComponentChildren; actions?: ComponentChildren; level?: 2 | 3 }) {
  const id = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section class="card" aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <div class="card-head">
          {title && <Heading id={id}>{title}</Heading>}
          {actions && <div class="actions">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

/** One figure with its name; with `href` it leads to what it counts. */
export function Figure({ label, value, tone = 'plain', href, children }: { label: string; value: ComponentChildren; tone?: Tone; href?: string; children?: ComponentChildren }) {
  return (
    <div class={`figure ${tone}`}>
      <div class="figure-label">{label}</div>
      <div class="figure-value">{href ? <a href={href}>{value}</a> : value}</div>
      {children && <div class="figure-note">{children}</div>}
    </div>
  );
}

/** The heading of a screen. It takes focus when one comes to the screen, so that who does not see it knows. */
export function Screen({ title, children, actions, lead }: { title: string; children: ComponentChildren; actions?: ComponentChildren; lead?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t.common.page(title);
    // Not what the person has begun to use already.
    const active = document.activeElement;
    if (!active || active === document.body || active.closest('nav, main') === null || active.closest('nav')) heading.current?.focus();
  }, [title]);
  return (
    <>
      <div class="screen-head">
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {actions && <div class="actions">{actions}</div>}
      </div>
      {lead && <div class="lead">{lead}</div>}
      {children}
    </>
  );
}

/** A modal dialogue. Escape closes it, and focus goes back to where it was. */
export function Dialog({ title, children, onClose }: { title: string; children: ComponentChildren; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      // Behind an open one nothing takes focus.
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <Button kind="quiet" onClick={onClose} label={t.common.close}>
          <span aria-hidden="true">×</span>
        </Button>
      </div>
      {children}
    </dialog>
  );
}

export function Progress({ label, value, max }: { label: string; value: number; max: number }) {
  const id = useId();
  return (
    <div class="progress">
      <label for={id}>{label}</label>
      <progress id={id} value={value} max={max} />
    </div>
  );
}

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ComponentChildren;
  /** Figures stand on the right. */
  number?: boolean;
}

/** A table; on a narrow screen it scrolls sideways, also by keyboard. */
export function Table<Row>({ caption, columns, rows, keyOf }: { caption: string; columns: readonly Column<Row>[]; rows: readonly Row[]; keyOf: (row: Row) => string | number }) {
  return (
    <div class="table-frame" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" class={column.number ? 'number' : undefined}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.head} class={column.number ? 'number' : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Names and values, one pair a line. */
export function Pairs({ pairs }: { pairs: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="pairs">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface Day {
  day: string;
  events: number;
}

/** All bars are one stop of the keyboard; arrows go from one to the next. */
function alongBars(event: KeyboardEvent): void {
  const bars = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const at = bars.findIndex((one) => one === document.activeElement);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }[event.key];
  const next = to === undefined ? undefined : bars[to];
  if (!next) return;
  event.preventDefault();
  for (const one of bars) one.tabIndex = one === next ? 0 : -1;
  next.focus();
}

/** Events by day as bars. Each bar is a button where `onDay` is given; the same stands in a table for who does not see bars. */
export function DayChart({ caption, days, dayHead, eventsHead, onDay }: { caption: string; days: readonly Day[]; dayHead: string; eventsHead: string; onDay?: (day: string) => void }) {
  const most = Math.max(1, ...days.map((one) => one.events));
  const first = days[0];
  const last = days[days.length - 1];
  return (
    <figure class="chart">
      <figcaption>{caption}</figcaption>
      <div class="bars" role={onDay ? 'toolbar' : undefined} aria-label={onDay ? caption : undefined} aria-hidden={onDay ? undefined : true} onKeyDown={onDay && alongBars}>
        {days.map((one, at) => {
          const height = one.events === 0 ? 0 : Math.max(2, Math.round((one.events / most) * 100));
          const label = `${utcDayText(one.day)}: ${numberText(one.events)}`;
          const bar = (
            <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
              <rect x="1" width="8" y={100 - height} height={height} />
            </svg>
          );
          return onDay ? (
            <button key={one.day} type="button" class="bar" title={label} aria-label={label} tabIndex={at === days.length - 1 ? 0 : -1} onClick={() => onDay(one.day)}>
              {bar}
            </button>
          ) : (
            <span key={one.day} class="bar" title={label}>
              {bar}
            </span>
          );
        })}
      </div>
      {first && last && (
        <div class="axis" aria-hidden="true">
          <span>{utcDayText(first.day)}</span>
          <span>{numberText(most)}</span>
          <span>{utcDayText(last.day)}</span>
        </div>
      )}
      {!onDay && (
        <table class="unseen">
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{dayHead}</th>
              <th scope="col">{eventsHead}</th>
            </tr>
          </thead>
          <tbody>
            {days.map((one) => (
              <tr key={one.day}>
                <td>{one.day}</td>
                <td>{one.events}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </figure>
  );
}

/** Values of something over time as a line; the newest is the last. Who does not see it is told by the text beside it. */
export function Trend({ values, label }: { values: readonly number[]; label: string }) {
  if (values.length < 2) return null;
  const most = Math.max(1, ...values);
  const points = values.map((value, at) => `${((at / (values.length - 1)) * 96 + 2).toFixed(1)},${(22 - (value / most) * 20).toFixed(1)}`).join(' ');
  return (
    <svg class="trend" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={label}>
      <polyline points={points} />
    </svg>
  );
}

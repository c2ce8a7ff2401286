import type { RefObject } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { go } from '../../route';
import { t } from '../../texts';
import type { RecordList } from './record_list';
import { RowCells, RowCard } from './row';
import { HEIGHT_MOST, Scroller } from './scroller';

/** As in events.css. */
const ROW = 52;
const CARD = 80;
const HEADS = 36;
const AHEAD = 8;
/** Rows before the end at which the next page is asked for. */
const EARLY = 40;

/** Pixels that the columns need. */
const WIDE = 800;

/** Whether the element is too narrow for columns. */
function useNarrow(element: RefObject<HTMLElement>): boolean {
  const [is, set] = useState(innerWidth < WIDE);
  useLayoutEffect(() => {
    const measure = () => element.current && set(element.current.clientWidth < WIDE);
    measure();
    const watch = new ResizeObserver(measure);
    if (element.current) watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  return is;
}

interface GridProps {
  list: RecordList;
  /** Counts the changes of the list. */
  version: number;
  hrefOf: (seq: number) => string;
  /** Whether one is at the newest, and nothing is chosen further down. */
  onAtTop: (atTop: boolean) => void;
}

/** The records as rows of one height, of which only those in sight are there. */
export function RecordGrid({ list, version, hrefOf, onAtTop }: GridProps) {
  const element = useRef<HTMLDivElement>(null);
  const cards = useNarrow(element);
  const height = cards ? CARD : ROW;
  const heads = cards ? 0 : HEADS;
  const scroller = useRef<Scroller | null>(null);
  const [, redraw] = useState(0);
  const id = useId();
  const count = list.length;

  const moved = () => {
    const one = scroller.current;
    if (!one) return;
    list.look(one.top / height, Math.max(1, Math.floor(one.view / height)));
    const first = Math.floor(one.top / height);
    list.want(first, first + Math.ceil(one.view / height) + EARLY);
    onAtTop(one.top < height && list.active <= 0);
    redraw((times) => times + 1);
  };

  useLayoutEffect(() => {
    if (!element.current) return undefined;
    scroller.current = new Scroller(element.current, height, count, heads);
    scroller.current.goTo(list.scroll * height);
    moved();
    const watch = new ResizeObserver(moved);
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [list, height]);
  useLayoutEffect(() => {
    scroller.current?.setCount(count);
    if (list.toTop) scroller.current?.goTo(0);
    list.toTop = false;
    moved();
  }, [count, version]);

  const choose = (index: number) => {
    const one = scroller.current;
    if (!one || count === 0) return;
    list.active = Math.min(Math.max(0, index), count - 1);
    const top = list.active * height;
    if (top < one.top) one.goTo(top);
    else if (top + height > one.top + one.view) one.goTo(top + height - one.view);
    moved();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.view ?? 0) / height) - 1);
    const to: Record<string, number> = { ArrowDown: list.active + 1, ArrowUp: list.active - 1, PageDown: list.active + page, PageUp: list.active - page, Home: 0, End: count - 1 };
    const next = to[event.key];
    if (next !== undefined) {
      event.preventDefault();
      choose(next);
    } else if (event.key === 'Enter' && list.active >= 0) {
      const row = list.at(list.active);
      if (typeof row === 'object') go(hrefOf(row.seq));
    }
  };

  const top = scroller.current?.top ?? 0;
  const offset = scroller.current?.offset ?? 0;
  const view = scroller.current?.view ?? 600;
  const first = Math.max(0, Math.floor(top / height) - AHEAD);
  const last = Math.min(count, Math.ceil((top + view) / height) + AHEAD);
  const rows = [];
  for (let index = first; index < last; ++index) {
    const row = list.at(index);
    const Cells = cards ? RowCard : RowCells;
    rows.push(
      <div
        key={index}
        id={`${id}-${index}`}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={index === list.active}
        class={index === list.active ? 'row active' : 'row'}
        style={{ transform: `translateY(${index * height - offset}px)` }}
        onClick={() => (list.active = index)}
      >
        <Cells row={row} href={typeof row === 'object' ? hrefOf(row.seq) : undefined} />
      </div>,
    );
  }
  const inSight = list.active >= first && list.active < last;
  return (
    <div
      ref={element}
      class={cards ? 'records cards' : 'records'}
      role="grid"
      aria-label={t.events.table}
      aria-rowcount={list.complete ? count + 1 : -1}
      aria-colcount={t.events.columns.length}
      aria-readonly
      aria-activedescendant={inSight ? `${id}-${list.active}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={(event) => event.target === event.currentTarget && list.active < 0 && choose(Math.ceil(top / height))}
      onScroll={() => {
        scroller.current?.scrolled();
        moved();
      }}
    >
      <div role="rowgroup" class={cards ? 'unseen' : 'heads'}>
        <div role="row" aria-rowindex={1} class="row">
          {t.events.columns.map((head) => (
            <div key={head} role="columnheader" class="cell">
              {head}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" class="rows" style={{ height: `${Math.min(count * height, HEIGHT_MOST)}px` }}>
        {rows}
      </div>
    </div>
  );
}

import { useEffect, useRef, useState } from 'preact/hooks';
import { countRecords, type Facets, type Place } from '../../api/records';
import { Problem, SECOND_FACTOR } from '../../api/problem';
import { useLoad, type Loaded } from '../../load';
import { RecordList } from './record_list';
import { questionOf, type ListState } from './state';

interface Kept {
  key: string;
  list: RecordList;
}

// The list that one looked at last, so that one comes back to it as it was.
let last: Kept | undefined;

/** The number behind the newest record that a list of that place has seen; undefined where none has. */
export function lastList(place: string): RecordList | undefined {
  return last?.key.startsWith(`${place} `) ? last.list : undefined;
}

export interface Records {
  list: RecordList;
  version: number;
  facets: Loaded<Facets>;
  /** The facets wait for a second factor that the person has not been asked for. */
  facetsWait: boolean;
  countFacets: () => void;
  restart: () => void;
}

/** What the state of the address finds, with its counts. */
export function useRecords(place: Place, placeKey: string, state: ListState, kept: readonly string[]): Records {
  const [round, setRound] = useState(0);
  const [version, redraw] = useState(0);
  const asked = useRef(false);
  const key = `${placeKey} ${JSON.stringify([state.query, kept, state.range, state.from, state.before])}`;
  const started = useRef(round);
  if (last?.key !== key || started.current !== round) {
    last?.list.abort();
    started.current = round;
    const question = questionOf(state, kept, Date.now());
    last = { key, list: new RecordList(place, question, question.query === '') };
  }
  const { list } = last;
  useEffect(() => {
    const off = list.subscribe(() => redraw((count) => count + 1));
    list.want(0, 50);
    redraw((count) => count + 1);
    return () => {
      off();
      list.abort();
    };
  }, [list]);

  // With a window of 0 each look takes a factor of its own: the list comes first, and the counts do not ask.
  const ready = kept.length === 0 || list.started;
  const facets = useLoad(`${key} ${round} ${ready}`, async (signal) => {
    if (!ready) return new Promise<Facets>(() => {});
    const ask = asked.current || kept.length === 0;
    asked.current = false;
    return countRecords(place, list.question, signal, ask);
  });
  const counted = facets.data;
  useEffect(() => {
    if (counted?.exact && list.started) list.setTotal(counted.total);
  }, [counted, list, list.started]);
  return {
    list,
    version,
    facets,
    facetsWait: facets.error instanceof Problem && facets.error.type === SECOND_FACTOR,
    countFacets: () => {
      asked.current = true;
      facets.reload();
    },
    restart: () => setRound((count) => count + 1),
  };
}

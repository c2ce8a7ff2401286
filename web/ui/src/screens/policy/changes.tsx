import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { Badge } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { sectionOf, SECTIONS, type Changes, type Settings, type Value } from './settings';
import { listChange, nameOf, valueText, type Parameters } from './words';

export interface Change {
  setting: string;
  before: Value | undefined;
  after: Value | null;
}

export function changeList(before: Settings, changes: Changes): Change[] {
  const order = (setting: string) => SECTIONS.indexOf(sectionOf(setting));
  return Object.entries(changes)
    .map(([setting, after]) => ({ setting, before: before[setting], after }))
    .sort((one, other) => order(one.setting) - order(other.setting));
}

interface ChangeTableProps {
  caption: string;
  changes: readonly Change[];
  parameters: Parameters;
  /** Settings that the reader has changed, too. */
  alsoMine?: Changes;
  heads?: readonly [string, string];
}

/** What changed, in words: what was, and what is. */
export function ChangeTable({ caption, changes, parameters, alsoMine, heads = [t.policy.columns.before, t.policy.columns.after] }: ChangeTableProps) {
  return (
    <CardTable
      caption={caption}
      rows={changes}
      keyOf={(one) => one.setting}
      columns={[
        {
          head: t.policy.columns.setting,
          names: true,
          cell: (one) => (
            <div class="change-name">
              <Raw text={nameOf(one.setting, parameters)} inline />
              <span class="hint">{t.policy.section[sectionOf(one.setting)]}</span>
              {alsoMine && one.setting in alsoMine && <Badge tone="warn">{t.policy.conflictBoth}</Badge>}
            </div>
          ),
        },
        { head: heads[0], cell: (one) => <Raw text={valueText(one.setting, one.before, parameters)} /> },
        { head: heads[1], cell: (one) => <After change={one} parameters={parameters} /> },
      ]}
    />
  );
}

function After({ change, parameters }: { change: Change; parameters: Parameters }) {
  const lists = listChange(change.setting, change.before, change.after);
  // Where all of it is new, or gone, the words would only say it again.
  const told = lists && lists.kept > 0;
  return (
    <>
      <Raw text={valueText(change.setting, change.after, parameters)} />
      {told && (
        <ul class="plain-list change-words">
          <Words words={lists.added} sign={t.policy.added} tone="good" />
          <Words words={lists.removed} sign={t.policy.removed} tone="bad" />
        </ul>
      )}
    </>
  );
}

function Words({ words, sign, tone }: { words: readonly string[]; sign: string; tone: 'good' | 'bad' }) {
  return (
    <>
      {words.map((word) => (
        <li key={word}>
          <Badge tone={tone}>{sign}</Badge> <Raw text={word} most={120} />
        </li>
      ))}
    </>
  );
}
